"""TLS: what a certificate must be, what a portal may trust beside it, and that every capture says how it was made."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hostile_server import HostileServer, portal_of
from portal_archiver.crawler import Fetcher, Limits, Reason
from portal_archiver.errors import ConfigError
from portal_archiver.model import Fetch, Peer
from portal_archiver.pipeline import crawl
from portal_archiver.store import Archive
from program import cli

CA = trustme.CA()
BETWEEN = CA.create_child_ca()
GOOD = CA.issue_cert("127.0.0.1")
CHAINED = BETWEEN.issue_cert("127.0.0.1")
EXPIRED = CA.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
EARLY = CA.issue_cert("127.0.0.1", not_before=datetime.now(UTC) + timedelta(days=30))
ELSEWHERE = CA.issue_cert("khac.example")
LEAF, *INTERMEDIATES = (blob.bytes().decode() for blob in CHAINED.cert_chain_pems)


def text(ca: trustme.CA) -> str:
    return ca.cert_pem.bytes().decode()


def speaking(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def presenting(folder: Path, key: str, certificates: str) -> ssl.SSLContext:
    """A server that sends just these certificates."""
    (folder / "server.pem").write_text(key + certificates)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def self_signed() -> tuple[str, str]:
    """The key and the certificate that a server made for itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xa")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=datetime.now(UTC) - timedelta(days=1),
        not_valid_after=datetime.now(UTC) + timedelta(days=1),
        extensions=[
            x509.Extension(
                x509.SubjectAlternativeName.oid,
                False,
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            )
        ],
    )
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form, without = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, without).decode(), pem.decode()


def fetch(server: HostileServer, path: str = "/page", **settings: Any) -> Fetch:
    async def run() -> Fetch:
        async with Fetcher(portal_of(server, **settings), limits=Limits(retry_wait=0.01, max_seconds=10)) as fetcher:
            return await fetcher.fetch(server.url(path))

    return asyncio.run(run())


def peer_of(fetched: Fetch) -> Peer:
    assert fetched.capture is not None, fetched.detail
    assert fetched.capture.peer is not None
    return fetched.capture.peer


@contextmanager
def https(context: ssl.SSLContext) -> Iterator[HostileServer]:
    with HostileServer(tls=context) as server:
        yield server


@pytest.mark.parametrize("path", ["/page", "/gzip", "/conditional", "/missing", "/moved", "/early-hints"])
def test_an_answer_over_tls_says_who_gave_it(path: str) -> None:
    """Also a short one, whose connection is given back before anybody reads it."""
    with https(speaking(GOOD)) as server:
        peer = peer_of(fetch(server, path, ca=text(CA)))
    der = ssl.PEM_cert_to_DER_cert(GOOD.cert_chain_pems[0].bytes().decode())
    assert (peer.address, peer.verified) == ("127.0.0.1", True)
    assert peer.certificate == hashlib.sha256(der).hexdigest()
    assert peer.tls in ("TLSv1.2", "TLSv1.3")
    assert peer.cipher.isupper() or "_" in peer.cipher


def test_an_answer_without_tls_says_that(server: HostileServer) -> None:
    assert peer_of(fetch(server)) == Peer("127.0.0.1", verified=None)


@pytest.mark.parametrize(
    ("certificate", "ca", "told"),
    [
        (GOOD, "", "name the file with `ca`"),
        (GOOD, text(trustme.CA()), "name the file with `ca`"),
        (EXPIRED, text(CA), "certificate has expired: tell the people who run it; until they act, `verify = false`"),
        (EARLY, text(CA), "not yet valid: check this machine's clock"),
        (ELSEWHERE, text(CA), "not valid for '127.0.0.1': correct the address"),
    ],
    ids=["unknown authority", "another authority", "expired", "not yet valid", "another host"],
)
def test_a_certificate_that_is_not_valid_is_refused_and_what_helps_is_said(
    certificate: trustme.LeafCert, ca: str, told: str
) -> None:
    with https(speaking(certificate)) as server:
        refused = fetch(server, ca=ca)
        assert (refused.reason, refused.capture) == (Reason.TLS, None)
        assert told in refused.detail
        assert server.arrivals == []
        taken = peer_of(fetch(server, verify=False))
    assert (taken.verified, len(taken.certificate)) == (False, 64)


def test_a_chain_without_its_middle_is_completed_by_the_certificate_in_ca(tmp_path: Path) -> None:
    key = CHAINED.private_key_pem.bytes().decode()
    with https(presenting(tmp_path, key, LEAF)) as server:
        for ca in ("", text(CA)):  # the root alone does not help: the server does not say who stands between
            assert fetch(server, ca=ca).reason == Reason.TLS
        for ca in (*INTERMEDIATES, text(CA) + "".join(INTERMEDIATES), LEAF):
            assert peer_of(fetch(server, ca=ca)).verified is True
    with https(presenting(tmp_path, key, LEAF + "".join(INTERMEDIATES))) as server:
        assert peer_of(fetch(server, ca=text(CA))).verified is True


def test_a_certificate_that_a_server_made_for_itself_can_be_pinned(tmp_path: Path) -> None:
    key, certificate = self_signed()
    _, another = self_signed()
    with https(presenting(tmp_path, key, certificate)) as server:
        assert "name the file with `ca`" in fetch(server).detail
        assert fetch(server, ca=another).reason == Reason.TLS
        assert peer_of(fetch(server, ca="# của xã Bạch Hải\n" + certificate)).verified is True


def test_what_one_portal_pins_no_other_trusts() -> None:
    with https(speaking(GOOD)) as server:
        assert fetch(server, ca=text(CA)).reason == ""
        assert fetch(server).reason == Reason.TLS


def test_a_ca_that_is_no_certificate_is_told_as_such(server: HostileServer) -> None:
    for nonsense in ("chain.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "chứng thực"):
        with pytest.raises(ConfigError, match="`ca` holds no certificate"):
            fetch(server, ca=nonsense)


# --- in the archive ---------------------------------------------------------------------------------------------------


def test_every_capture_of_a_crawl_says_whether_its_certificate_was_verified(tmp_path: Path) -> None:
    with https(speaking(EXPIRED)) as server, Archive(tmp_path / "archive.db") as archive:
        report = crawl(portal_of(server, verify=False), archive)
        assert (report.stopped, report.failed) == (None, 0)
        peers = [json.loads(row["peer"]) for row in archive.db.query("SELECT peer FROM captures")]
        assert len(peers) == len(server.arrivals) - 1  # all but robots.txt
        assert {(peer["verified"], peer["address"]) for peer in peers} == {(False, "127.0.0.1")}

        refused = crawl(portal_of(server, ca=text(CA)), archive, recheck=True)
        assert (refused.stopped, set(refused.reasons)) == ("unreachable", {"tls"})
        assert "certificate has expired" in archive.events(refused.id)[0].detail


def test_the_program_reads_ca_and_verify_from_the_configuration(tmp_path: Path) -> None:
    def run(setting: str) -> subprocess.CompletedProcess[str]:
        table = f'[portal.xa]\nstart = "{server.url("/page")}"\nallow_private = true\ndelay = 0\n{setting}\n'
        (tmp_path / "conf" / "portals.toml").write_text(table)
        return cli(tmp_path, "crawl", "--config", "conf/portals.toml", "--json")

    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "chain.pem").write_text(text(CA))
    with https(speaking(GOOD)) as server:
        refused = run("")
        assert refused.returncode == 5
        assert "xa is unreachable: the host's certificate or TLS is not valid" in refused.stderr
        assert "`ca` or `verify` in its table" in refused.stderr
        for setting, verified in (('ca = "chain.pem"', 1), ("verify = false", 0)):
            assert json.loads(run(setting).stdout)["runs"][0]["failed"] == 0
            with Archive(tmp_path / "archive.db", create=False, read_only=True) as archive:
                last = "SELECT peer ->> 'verified' AS verified FROM captures ORDER BY id DESC LIMIT 1"
                assert next(archive.db.query(last))["verified"] == verified
