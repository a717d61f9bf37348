"""Speed, measured beside well-known peers on the same pages in the same run; figures are ratios, never promises."""
