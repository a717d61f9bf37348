"""The visible headline: candidates (`view`), the evidence for each (`wording`, `own`, `around`), the `choice`."""
