"""What an answer to a search says beside its hits, English and Vietnamese: see `store.search.notes`."""

from __future__ import annotations

NOTES: dict[str, tuple[str, str]] = {
    "note.wordless": ("There is no word in this query.", "Không có từ nào để tìm."),
    "note.field": (
        "“{name}:” is no field word; there are {known}.",
        "Không có từ khóa trường “{name}:”; có các từ {known}.",
    ),
    "note.field_near": (
        "“{name}:” is no field word: did you mean “{near}:”?",
        "Không có từ khóa trường “{name}:”, có phải bạn muốn viết “{near}:”?",
    ),
    "note.days": (
        "No day is both since {since} and until {until}.",
        "Không có ngày nào vừa từ {since} vừa đến {until}.",
    ),
    "note.portal": ("The archive holds no portal “{key}”.", "Kho không có cổng “{key}”."),
    "note.portal_near": (
        "The archive holds no portal “{key}”: did you mean “{near}”?",
        "Kho không có cổng “{key}”, có phải bạn muốn viết “{near}”?",
    ),
    "note.section": (
        "No report of the archive has a section “{text}”.",
        "Không có bài nào trong kho thuộc chuyên mục “{text}”.",
    ),
    "note.author": (
        "No report of the archive has a byline “{text}”.",
        "Không có bài nào trong kho ghi tác giả “{text}”.",
    ),
    "note.credits": (
        "No report of the archive has a photo credit “{text}”.",
        "Không có bài nào trong kho ghi ảnh của “{text}”.",
    ),
    "note.otherwise": (
        "Reports have these words with other diacritics.",
        "Có bài có các từ này nhưng với dấu khác.",
    ),
    "note.unread": (
        "Many reports have these words with other diacritics; not all of them were looked at. Add words, or dates.",
        "Nhiều bài có các từ này nhưng với dấu khác; chưa xem hết. Hãy thêm từ hoặc khoảng ngày.",
    ),
}
