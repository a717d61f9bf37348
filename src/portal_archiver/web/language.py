"""The words of the interface, English and Vietnamese side by side in one table, and which of them a reader gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from fastapi import Request

from portal_archiver.web.words_of_notes import NOTES
from portal_archiver.web.words_of_runs import RUNS

LANGUAGES = {"en": "English", "vi": "Tiếng Việt"}
COOKIE = "lang"

# key: English, Vietnamese. What stands in {braces} is filled in; where English has two forms they are parted by "|".
TABLE: dict[str, tuple[str, str]] = {
    # every page
    "site": ("Portal archive", "Kho lưu trữ cổng thông tin"),
    "skip": ("Skip to the content", "Đến nội dung chính"),
    "nav": ("Main", "Chính"),
    "nav.search": ("Search", "Tìm kiếm"),
    "nav.portals": ("Portals", "Cổng thông tin"),
    "nav.runs": ("Runs", "Các lần chạy"),
    "language": ("Language", "Ngôn ngữ"),
    "footer": (
        "Archived pages belong to their publishers; each report shows how it may be republished.",
        "Nội dung lưu trữ thuộc về cơ quan xuất bản; mỗi bài có ghi điều kiện đăng lại.",
    ),
    "keys": ("Keys: / to search, ↑ ↓ through the results", "Phím tắt: / để tìm, ↑ ↓ để chọn kết quả"),
    "reports": ("{n} report|{n} reports", "{n} bài"),
    "portals.n": ("{n} portal|{n} portals", "{n} cổng"),
    "undated": ("undated", "không rõ ngày"),
    # search
    "search": ("Search", "Tìm"),
    "search.label": ("Search the archive", "Tìm trong kho lưu trữ"),
    "search.hint": ("Words, with or without diacritics", "Từ khóa, có dấu hoặc không dấu"),
    "search.try": ("Try", "Thử tìm"),
    "search.tips": ("What you can type", "Cách nhập"),
    "home.holds": ("What the archive holds", "Kho lưu trữ có gì"),
    "home.newest": ("Newest reports", "Bài mới nhất"),
    "home.newest_day": ("newest of {day}", "mới nhất ngày {day}"),
    "home.empty": (
        "The archive is still empty. `portal-archiver crawl` fills it.",
        "Kho lưu trữ còn trống. Chạy `portal-archiver crawl` để thu thập.",
    ),
    "tip.words": ("all words, in any order", "đủ các từ, thứ tự bất kỳ"),
    "tip.phrase": ("words side by side", "các từ đứng liền nhau"),
    "tip.minus": ("without a word", "không có từ này"),
    "tip.or": ("one or the other", "từ này hoặc từ kia"),
    "tip.star": ("a word that may go on", "từ có thể kéo dài"),
    "tip.exact": ("diacritics exactly as typed", "đúng dấu như đã gõ"),
    "tip.field": ("in the headline, the byline, a photo's credit", "trong tít, bút danh, chú thích ảnh"),
    "histogram": ("Reports by month", "Số bài theo tháng"),
    "histogram.years": ("Reports by year", "Số bài theo năm"),
    "histogram.bar": ("{when}: {n} report|{when}: {n} reports", "{when}: {n} bài"),
    "histogram.says": (
        "From {first} to {last}; the most in {top}, with {n} report.|"
        "From {first} to {last}; the most in {top}, with {n} reports.",
        "Từ {first} đến {last}; nhiều nhất là {top}, với {n} bài.",
    ),
    # results
    "results.for": ("Results for “{q}”", "Kết quả cho “{q}”"),
    "results.all": ("All reports", "Tất cả bài"),
    "results.range": ("{first}–{last} of {n}", "{first}–{last} trên {n}"),
    "results.range_about": ("{first}–{last} of about {n}", "{first}–{last} trên khoảng {n}"),
    "results.relaxed": (
        "No report has all of these words. These have some of them, the best first.",
        "Không có bài nào đủ các từ này. Dưới đây là những bài có một số từ, sát nhất xếp trước.",
    ),
    "results.sentence": (
        "Read as a sentence, of which no report need have all words. The best with some of them come first.",
        "Được hiểu như một câu, bài không cần có đủ mọi từ. Bài sát nhất có một số từ xếp trước.",
    ),
    "results.bounded": (
        "The best matches come first; the others follow, the newest first.",
        "Bài sát nhất xếp trước; các bài khác xếp sau, mới nhất trước.",
    ),
    "results.none": ("Nothing found", "Không tìm thấy bài nào"),
    "results.none_says": (
        "No report in this archive has any of these words.",
        "Không có bài nào trong kho có từ nào trong số này.",
    ),
    "results.none_here": (
        "No report in this archive fits both the words and the filters.",
        "Không có bài nào trong kho hợp với cả từ khóa và bộ lọc.",
    ),
    "results.none_filters": ("Search without the filters", "Tìm lại, bỏ các bộ lọc"),
    "results.none_words": (
        "Use fewer words, or other ones; diacritics do not matter.",
        "Dùng ít từ hơn, hoặc từ khác; không cần gõ dấu.",
    ),
    "results.none_all": ("See all reports, the newest first", "Xem tất cả bài, mới nhất trước"),
    "results.meant": ("Did you mean", "Có phải bạn muốn tìm"),
    "results.narrow": ("Filters", "Bộ lọc"),
    "results.next": ("Next page", "Trang sau"),
    "results.previous": ("Previous page", "Trang trước"),
    "results.paging": ("Pages of results", "Các trang kết quả"),
    "results.export": ("Take these reports with you", "Tải các bài này về"),
    "results.feed": ("Follow this search (Atom)", "Theo dõi kết quả này (Atom)"),
    "export.csv": ("CSV for Excel", "CSV cho Excel"),
    "export.jsonl": ("JSON Lines", "JSON Lines"),
    "export.parquet": ("Parquet", "Parquet"),
    "export.bibtex": ("BibTeX", "BibTeX"),
    "export.ris": ("RIS", "RIS"),
    "export.wacz": ("WACZ, the pages as they were", "WACZ, các trang như khi chụp"),
    "results.bad": ("The search could not be understood", "Không hiểu được yêu cầu tìm kiếm"),
    "bad.date": (
        "“{typed}” under “{name}” is no date. Write a day, a month or a year: 15/11/2024, 11/2024, 2024.",
        "“{typed}” ở ô “{name}” không phải là ngày. Hãy nhập ngày, tháng hoặc năm: 15/11/2024, 11/2024, 2024.",
    ),
    "bad.cursor": (
        "The link to this page of results is damaged. Search again, and go on from the first page.",
        "Liên kết đến trang kết quả này bị hỏng. Hãy tìm lại và đi tiếp từ trang đầu.",
    ),
    "bad.left_out": (
        "Not understood, and left out of the search: {what}",
        "Không hiểu nên đã bỏ qua khi tìm: {what}",
    ),
    "sort": ("Order", "Sắp xếp"),
    "sort.relevance": ("Best match", "Sát nhất"),
    "sort.newest": ("Newest", "Mới nhất"),
    "sort.oldest": ("Oldest", "Cũ nhất"),
    "facet.portal": ("Portal", "Cổng"),
    "facet.year": ("Year", "Năm"),
    "facet.section": ("Section", "Chuyên mục"),
    "facet.more": ("{n} more", "thêm {n} mục"),
    "facet.estimated": ("The numbers of the years are estimates.", "Số bài theo năm là ước tính."),
    "facet.bounded": ("Counted among the newest of them.", "Đếm trong những bài mới nhất."),
    "filter.dates": ("Published", "Ngày đăng"),
    "filter.since": ("From", "Từ"),
    "filter.until": ("To", "Đến"),
    "filter.dates_hint": ("2024, 11/2024, 15/11/2024", "2024, 11/2024, 15/11/2024"),
    "filter.apply": ("Apply", "Áp dụng"),
    "filter.only": ("Only reports", "Chỉ những bài"),
    "filter.photo": ("with a photo", "có ảnh"),
    "filter.file": ("with a file", "có tệp đính kèm"),
    "filter.revised": ("that were edited", "đã bị sửa"),
    "filter.exact": ("with these diacritics", "đúng dấu đã gõ"),
    "filter.author": ("Byline", "Bút danh"),
    "filter.photographer": ("Photographer", "Người chụp"),
    "filter.remove": ("Remove the filter: {what}", "Bỏ bộ lọc: {what}"),
    "filter.active": ("Active filters", "Bộ lọc đang chọn"),
    "filter.clear": ("Remove all", "Bỏ hết"),
    # report
    "report.by": ("By {name}", "{name}"),
    "report.updated": ("updated {when}", "cập nhật {when}"),
    "origin.element": ("as shown on the page", "ghi trên trang"),
    "origin.metadata": ("from the page's metadata", "theo siêu dữ liệu của trang"),
    "origin.listing": ("from a list of reports", "theo trang danh sách"),
    "origin.url": ("from the address", "theo địa chỉ trang"),
    "origin.body": ("from the text itself", "suy ra từ nội dung bài"),
    "report.document": ("Document", "Văn bản"),
    "report.photos": ("Photos", "Ảnh"),
    "report.photo": ("Photo {n}", "Ảnh {n}"),
    "report.no_caption": ("no caption", "không có chú thích"),
    "report.credit": ("Photo: {name}", "Ảnh: {name}"),
    "report.no_credit": ("No credit given", "Không ghi tên người chụp"),
    "report.not_kept": ("the picture itself is not in the archive", "kho không lưu tệp ảnh này"),
    "report.picture_at": ("picture at the portal", "ảnh trên cổng"),
    "report.files": ("Attachments", "Tệp đính kèm"),
    "report.file_kept": ("from the archive", "tải từ kho"),
    "report.file_at": ("at the portal", "trên cổng"),
    "report.untitled": ("untitled file", "tệp không tên"),
    "report.source": ("Where it comes from", "Nguồn gốc"),
    "report.address": ("Address", "Địa chỉ"),
    "report.also": ("Also at", "Cũng ở"),
    "report.portal": ("Portal", "Cổng"),
    "report.first_seen": ("First seen", "Thấy lần đầu"),
    "report.last_seen": ("Last seen", "Thấy lần cuối"),
    "report.online": ("Still online", "Còn trên mạng"),
    "report.online_yes": ("yes, when it was last seen", "còn, vào lần thấy cuối"),
    "report.online_no": ("no, gone since {when}", "không, đã gỡ từ {when}"),
    "report.as_it_was": ("The page as it was", "Trang gốc khi lưu"),
    "report.captures": ("All captures", "Mọi lần chụp"),
    "report.sha": ("SHA-256 of the page", "SHA-256 của trang"),
    "report.versions": ("Versions", "Các phiên bản"),
    "report.version": ("Version {n}", "Phiên bản {n}"),
    "report.never_edited": ("Never edited since it was first seen.", "Chưa từng bị sửa kể từ khi lưu."),
    "report.edited": ("Edited {n} time since it was first seen.|Edited {n} times since it was first seen.",
                      "Đã bị sửa {n} lần kể từ khi lưu."),
    "report.seen_from": ("seen {first} to {last}", "thấy từ {first} đến {last}"),
    "report.what_changed": ("What changed", "Đã sửa gì"),
    "report.read_version": ("Read it", "Đọc bản này"),
    "report.shown": ("shown here", "đang xem"),
    "report.old_version": (
        "You are reading version {n} of {of}. The report has been edited since.",
        "Bạn đang đọc phiên bản {n} trên {of}. Bài đã bị sửa sau đó.",
    ),
    "report.to_latest": ("Read the latest", "Đọc bản mới nhất"),
    "report.stories": ("The same text elsewhere", "Cùng nội dung ở nơi khác"),
    "report.license": ("License in force", "Giấy phép hiện hành"),
    "report.clause": ("How it may be republished", "Điều kiện đăng lại"),
    "report.credit_as": ("Name as the source", "Ghi nguồn là"),
    "report.no_clause": (
        "The footer beside this report has no clause on republication.",
        "Chân trang của bài này không ghi điều kiện đăng lại.",
    ),
    "report.no_license": ("No footer was read beside this report.", "Không đọc được chân trang của bài này."),
    "report.footer": ("The whole footer, verbatim", "Toàn văn chân trang"),
    "report.cite": ("Cite", "Trích dẫn"),
    "cite.download": ("As a file:", "Tải tệp:"),
    "report.photo_credit": ("Credit for the photos:", "Ghi tên người chụp:"),
    "copy": ("Copy", "Sao chép"),
    "copied": ("Copied", "Đã chép"),
    "license.governing_body": ("Governing body", "Cơ quan chủ quản"),
    "license.managing_unit": ("Managing unit", "Đơn vị quản lý"),
    "license.responsible": ("Responsible", "Chịu trách nhiệm"),
    "license.number": ("License", "Giấy phép"),
    "license.issuer": ("Issued by", "Nơi cấp"),
    "license.issued_on": ("Issued on", "Ngày cấp"),
    "license.address": ("Address", "Địa chỉ"),
    "license.phones": ("Phone", "Điện thoại"),
    "license.faxes": ("Fax", "Fax"),
    "license.emails": ("E-mail", "Thư điện tử"),
    "license.copyright": ("Copyright", "Bản quyền"),
    # changes
    "changes": ("What changed", "Những gì đã sửa"),
    "changes.none": ("As they are read today, the two say the same.", "Theo cách đọc hiện nay, hai bản giống nhau."),
    "changes.too_long": (
        "The two are too long to be compared here; `portal-archiver diff` compares them.",
        "Hai bản quá dài để so sánh tại đây; hãy dùng `portal-archiver diff`.",
    ),
    "changes.words": ("+{added} −{removed} words", "+{added} −{removed} từ"),
    "changes.compare": ("Compare", "So sánh"),
    "changes.with": ("with", "với"),
    "changes.back": ("Back to the report", "Về bài viết"),
    "changes.removed": ("removed", "đã bỏ"),
    "changes.added": ("added", "đã thêm"),
    "field.title": ("Headline", "Tít"),
    "field.date": ("Date", "Ngày"),
    "field.byline": ("Byline", "Bút danh"),
    "field.body": ("Text", "Nội dung"),
    "field.photos": ("Pictures", "Tệp ảnh"),
    "field.captions": ("Captions", "Chú thích ảnh"),
    "field.credits": ("Photo credits", "Tên người chụp"),
    "field.updated": ("Updated", "Cập nhật"),
    "field.section": ("Section", "Chuyên mục"),
    "field.language": ("Language", "Ngôn ngữ"),
    "field.attachments": ("Attachments", "Tệp đính kèm"),
    # captures
    "capture": ("Capture {n}", "Lần chụp {n}"),
    "capture.banner": ("Captured on {when} from", "Chụp ngày {when} từ"),
    "capture.frame": ("The page as it was captured", "Trang như khi chụp"),
    "capture.note": (
        "Scripts and outside files are left out. Links lead into the archive where it has the page; ↗ leads out of it.",
        "Đã bỏ mã lệnh và tệp bên ngoài. Liên kết dẫn vào kho nếu kho có trang đó; ↗ dẫn ra ngoài kho.",
    ),
    "capture.raw": ("Download the bytes", "Tải nguyên bản"),
    "capture.headers": ("Download the headers", "Tải tiêu đề HTTP"),
    "capture.report": ("The report read from it", "Bài đọc được từ trang này"),
    "capture.no_page": ("This capture holds no page to be shown:", "Lần chụp này không có trang để hiển thị:"),
    "capture.empty": (
        "the server answered {status} without a payload.",
        "máy chủ trả lời {status}, không kèm nội dung.",
    ),
    "capture.kind": ("it is {kind}; the download has it whole.", "đây là {kind}; có thể tải về nguyên vẹn."),
    "capture.too_large": ("it is too large to be shown here.", "tệp quá lớn để hiển thị ở đây."),
    "capture.details": ("Evidence", "Chứng cứ"),
    "capture.asked": ("Asked for", "Địa chỉ yêu cầu"),
    "capture.status": ("Status", "Trạng thái"),
    "capture.size": ("Size", "Dung lượng"),
    "capture.bytes": ("{n} byte|{n} bytes", "{n} byte"),
    "capture.server": ("Server", "Máy chủ"),
    "capture.imported": ("Imported from", "Nhập từ"),
    # captures of a report
    "captures": ("Captures", "Các lần chụp"),
    "captures.when": ("When", "Khi nào"),
    "captures.unchanged": ("not changed since", "không đổi"),
    # portals
    "portals": ("Portals in the archive", "Các cổng trong kho"),
    "portals.newest": ("Newest", "Mới nhất"),
    "portals.license": ("License", "Giấy phép"),
    "portals.clause": ("Republication", "Đăng lại"),
    "portals.last": ("Last good crawl", "Lần thu thập tốt gần nhất"),
    "portals.never": ("never", "chưa có"),
    "portals.runs": ("Runs", "Các lần chạy"),
    # troubles
    "trouble.404": ("There is no such page", "Không có trang này"),
    "trouble.404_says": (
        "The address may be mistyped, or the archive does not have it.",
        "Có thể địa chỉ bị gõ sai, hoặc kho không có trang này.",
    ),
    "trouble.400": ("That cannot be answered", "Không trả lời được yêu cầu này"),
    "trouble.503": ("That took too long", "Mất quá nhiều thời gian"),
    "trouble.503_says": (
        "The search was stopped so that others are not held up. Try fewer or rarer words, or narrow the dates.",
        "Việc tìm kiếm đã dừng để không cản trở người khác. Hãy thử ít từ hơn, từ hiếm hơn, hoặc thu hẹp thời gian.",
    ),
    "trouble.busy": ("Other files are being sent", "Máy chủ đang gửi các tệp khác"),
    "trouble.busy_says": (
        "Only a few exports are made at once. Try again in a minute.",
        "Mỗi lúc chỉ xuất được vài tệp. Hãy thử lại sau một phút.",
    ),
    "trouble.500": ("Something went wrong", "Có lỗi xảy ra"),
    "trouble.500_says": (
        "The page could not be made. Whoever runs this archive finds the reason where the server writes.",
        "Không tạo được trang. Người vận hành có thể xem lý do trong nhật ký máy chủ.",
    ),
    "trouble.home": ("To the search page", "Về trang tìm kiếm"),
    # print
    "print.from": ("Printed {when} from", "In ngày {when} từ"),
}  # fmt: skip
TABLE |= NOTES | RUNS
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Words:
    """The interface in one language: a key and what fills it in make a sentence; `n` chooses the form."""

    lang: str

    def __call__(self, key: str, /, **values: object) -> str:
        """`t("reports", n=3)` is "3 reports" or "3 bài"; numbers are grouped."""
        if not values:
            return _plain(key, self.lang)
        english, vietnamese = TABLE[key]
        form = vietnamese
        if self.lang == "en":
            one, _, many = english.partition("|")
            form = many if many and values.get("n") != 1 else one
        return form.format(**{name: self._written(value) for name, value in values.items()})

    def _written(self, value: object) -> object:
        return self.number(value) if isinstance(value, int) else value

    def number(self, value: int) -> str:
        """1,204 or 1.204."""
        return f"{value:,}" if self.lang == "en" else f"{value:,}".replace(",", ".")

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in percent, a whole number."""
        return f"{share:.0%}"

    def day(self, value: date | datetime | None) -> str:
        """15 Nov 2024, or 15/11/2024; of a moment that has a time of day, the day alone."""
        if value is None:
            return self("undated")
        if self.lang == "vi":
            return f"{value:%d/%m/%Y}"
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"

    def when(self, value: date | datetime | None) -> str:
        """A day, or a moment with its time of day and its offset from UTC: 15 Nov 2024, 08:15 (UTC+7)."""
        if not isinstance(value, datetime):
            return self.day(value)
        minutes = round(offset.total_seconds() / 60) if (offset := value.utcoffset()) else 0
        hours, rest = divmod(abs(minutes), 60)
        shift = f"{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}" if minutes else ""
        return f"{self.day(value)}, {value:%H:%M} (UTC{shift})"

    def month(self, value: str) -> str:
        """A month written 2024-11, or a year: Nov 2024, or 11/2024."""
        year, _, month = value.partition("-")
        if not month:
            return year
        return f"{month}/{year}" if self.lang == "vi" else f"{_MONTHS[int(month) - 1]} {year}"


@cache
def _plain(key: str, lang: str) -> str:
    """A sentence into which nothing is filled, as most are."""
    return TABLE[key][list(LANGUAGES).index(lang)].partition("|")[0].format()


WORDS = {lang: Words(lang) for lang in LANGUAGES}


def of(request: Request) -> Words:
    """What a reader asked for in the address, else what the cookie remembers, else what the browser prefers."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in WORDS:
            return WORDS[asked]
    return WORDS[preferred(request.headers.get("accept-language", ""))]


def preferred(accepted: str) -> str:
    """The language of ours with the greatest weight in an Accept-Language header (RFC 9110 §12.5.4); else English."""
    weights: dict[str, float] = {}
    for part in accepted[:1000].split(","):
        tag, _, parameter = part.partition(";")
        code = tag.strip().lower().partition("-")[0]
        if code in LANGUAGES:
            weights[code] = max(weights.get(code, 0.0), _weight(parameter))
    best = max(weights, key=lambda code: weights[code], default="en")
    return best if weights.get(best) else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
