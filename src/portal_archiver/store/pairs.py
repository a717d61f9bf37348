"""Words side by side, indexed as tokens of their own: where two common words stand together costs next to nothing.

Each syllable of Vietnamese is a word, and without diacritics each is in a third of all reports or more: for "nông thôn"
the index of words holds two long lists against each other, place by place. So the pairs of the commonest words are
indexed as well. Without places, and numbered in the order of arrival, a pair takes little more than a byte; a pair with
a word that is not common needs no such help.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import repeat
from operator import add as plus

from portal_archiver.store.folding import composed_and_folded

# The folded words that are the most frequent in news and on portals; they make nine of ten words there. A word's place
# among them is its number in the index: another list needs a migration that indexes all reports anew.
COMMON = tuple(
    """
a ai am an anh ao ap ay ba bac bai ban bang bao bat bay be ben benh bi bien biet bieu binh bo boi bong buoc buoi ca
cac cach cai cam can cang canh cao cap cat cau cay cham chan chang chap chat chau chay che chet chi chia chiec chien
chieu chinh chiu cho choi chon chong chu chua chuan chuc chung chuong chuyen co con cong cu cua cuc cung cuoc cuoi
cuong cuu da dac dai dak dam dan dang danh dao dap dat dau day de dem den dep deu di dia dich diem dien dieu dinh do
doan doanh doc doi don dong dot du dua duc dung duoc duoi duong duy em gai gan gap gay ghi gi gia giai giam gian
giang giao giay gio gioi giong giu giua giup goi gom gop gui ha hai han hang hanh hat hau hay hcm hdnd he het hiem
hien hieu hinh ho hoa hoac hoach hoan hoang hoat hoc hoi hom hon hong hop hung huong hut huu huy huyen it ke keo ket
kha khac khach khai khan khang khau khi khien kho khoa khoan khoang khoe khoi khong khu khung kiem kien kim kinh
krong ky la lai lam lan lang lanh lao lap lau lay le len lich lien lieu linh lo loai loi lon long lop lua luan luat
luc luon luong luu ly ma mac mai mam man mang manh mat mau may me mien minh mo moi mon mong mot mua muc muon my nam
nan nang nao nay nen neu nga ngan nganh ngay nghe nghi nghia nghiem nghien nghiep ngo ngoai ngoc ngoi ngu nguoi
nguon nguy nguyen nha nhac nham nhan nhanh nhap nhat nhau nhi nhiem nhien nhieu nhin nho nhom nhu nhung niem nien
ninh no noi nong nu nua nuoc nuoi o on ong pha phai pham phan phap phat phe phep phi phia phien phim pho phoi phong
phu phuc phuong qua quan quang quoc quy quyen quyet ra rang rat rieng ro roi rong rung ruou sac sach sai san sang
sao sat sau se si sinh so soat soc som son song su sua suat suc sung ta tac tai tam tan tang tao tap tat tau tay te
ten tet thac thach thai tham than thang thanh thao thap that thay the them theo thi thich thien thiet thieu tho
thoai thoi thon thong thu thua thuan thuat thuc thue thuoc thuong thuy tich tien tieng tiep tiet tieu tim tin tinh
to toa toan toc toi ton tong tot tp tra trach trai tram tran trang tranh trao tre tren tri trien trieu trinh tro
trong tru truc trung truoc truong truyen tu tuan tuc tung tuoi tuong tuy tuyen ty ubnd ung uong uy va vai van vang
vao vat vay ve vi viec vien viet vinh vo voi von vong vu vua vuc vui vung vuon vuong vuot xa xac xay xe xem xet xu
xuan xuat xuc xuong xuyen y yen yeu
""".split()
)
_SIZE = 512  # numbers there are room for
_FIRST_TOKEN = 0x10000  # tokens are characters of planes that no text uses
_NONE = -(_SIZE**3)  # less than any token with whatever it is added to
_SECOND = {word: number for number, word in enumerate(COMMON)}
_FIRST = {word: _FIRST_TOKEN + number * _SIZE for word, number in _SECOND.items()}
_INSERT = "INSERT INTO articles_pairs (rowid, pairs) VALUES (?, ?)"
_DELETE = "INSERT INTO articles_pairs (articles_pairs, rowid, pairs) VALUES ('delete', ?, ?)"
EMPTY = "INSERT INTO articles_pairs (articles_pairs) VALUES ('delete-all')"


def known(first: str, second: str) -> bool:
    """Whether two folded words are common enough for their pair to be indexed."""
    return first in _SECOND and second in _SECOND


def expression(pairs: Iterable[tuple[str, str]]) -> str:
    """What finds, in the index of pairs, the reports that have all of these, each of which must be `known`."""
    return " ".join(f'"{_token(*pair)}"' for pair in pairs)


def add(sql: sqlite3.Connection, article_id: int, texts: Iterable[str | None], marks: str) -> None:
    """Index the pairs of these texts, and the made-up words that narrow a search (`marks`)."""
    sql.execute(_INSERT, (article_id, tokens(texts, marks)))


def remove(sql: sqlite3.Connection, article_id: int, texts: Iterable[str | None], marks: str) -> None:
    """Take them out again; the same texts as were added, or the index is spoilt."""
    sql.execute(_DELETE, (article_id, tokens(texts, marks)))


def tokens(texts: Iterable[str | None], marks: str) -> str:
    """All tokens of a report, each once."""
    found: set[int] = set()
    for text in texts:
        if text:
            words = composed_and_folded(text)[1].split()
            firsts = map(_FIRST.get, words, repeat(_NONE))
            found.update(map(plus, firsts, map(_SECOND.get, words[1:], repeat(_NONE))))
    return " ".join([*(chr(token) for token in found if token > 0), marks])


def _token(first: str, second: str) -> str:
    return chr(_FIRST[first] + _SECOND[second])
