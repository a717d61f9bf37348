"""What was learned of a portal: per template a selector for each field, with its support, and the doubts there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from portal_archiver.model import Kind

FEW = 8  # pages of a template: with fewer nothing is sure


@dataclass(frozen=True, slots=True)
class Choice:
    """A selector that was chosen for a field.

    `support` is the share of the template's pages on which it matched and the value passed its check, `agreement` the
    share of those on which the parser alone had read the same (1 where it read nothing). `examples` are values.
    """

    field: str
    selector: str
    support: float
    agreement: float
    runner_up: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """Pages made alike: how many of them were seen, what most of them are, and where their fields stand."""

    kind: Kind
    pages: int
    choices: tuple[Choice, ...]

    @property
    def select(self) -> Mapping[str, str]:
        """The selectors by field."""
        return {choice.field: choice.selector for choice in self.choices}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the pages of a portal teach: `kinds` counts them as read alone, `groups` are those of one shape by kind and
    size, `doubts` are sentences about what is not sure."""

    pages: int
    kinds: Mapping[str, int]
    groups: tuple[tuple[Kind, int], ...]
    templates: tuple[Template, ...]
    doubts: tuple[str, ...] = ()

    @property
    def sure(self) -> tuple[Template, ...]:
        """The templates that rest on enough pages."""
        return tuple(template for template in self.templates if template.pages >= FEW)

    @property
    def learned(self) -> tuple[Mapping[str, str], ...]:
        """The profile as plain data, as `Portal.learned` has it: of the templates that are sure."""
        return tuple(template.select for template in self.sure)


def in_toml(key: str, lesson: Lesson) -> str:
    """What is sure of a lesson as tables for portals.toml, with what it rests on in comments; "" where nothing is."""
    lines: list[str] = []
    for template in lesson.sure:
        lines += ["", f"[[portal.{_key(key)}.learned]]  # {template.kind}: {template.pages} pages"]
        for choice in template.choices:
            lines.append(f"{choice.field} = {_string(choice.selector)}  # {choice.support:.0%} of them")
    return "\n".join(lines[1:]) + "\n" if lines else ""


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else _string(key)


def _string(text: str) -> str:
    """A TOML basic string: JSON's form is one, for text without control characters."""
    return json.dumps(text, ensure_ascii=False)
