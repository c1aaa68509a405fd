"""Downloads: resumed when cut, never trusted, never half unpacked. Every server here is on this very computer."""

import hashlib
import io
import os
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from uagt_lib.data import download as dl
from uagt_lib.data import manifest
from uagt_lib.data.download import SPLITS, Archive, download
from uagt_lib.data.manifest import MANIFESTS, verify, write_manifest
from uagt_lib.errors import UagtError

PHOTOS = {f"{split}/{i}.jpg": os.urandom(20_000) for split in SPLITS for i in range(3)}  # 240 kB: several blocks


def packed(files: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        for name in links:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


GOOD = packed({f"toy/{path}": data for path, data in PHOTOS.items()})


class Server(ThreadingHTTPServer):
    """Serves `self.files`; paths under /cut/ break off half-way once, under /deaf/ they ignore ranges as well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []  # path and Range of each request
        self.sent: list[int] = []  # bytes of each answer
        self.cuts = 1

    def url(self, path: str, data: bytes | None = None) -> str:
        if data is not None:
            self.files[path] = data
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server, data, wanted = self.server, self.server.files.get(self.path), self.headers.get("Range")
        server.asked.append((self.path, wanted))
        if data is None:
            return self.send_error(404)
        start, whole = 0, len(data)
        if wanted and "/deaf/" not in self.path:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= whole:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{whole}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        else:
            self.send_response(200)
        if "/unsized/" not in self.path:
            self.send_header("Content-Length", str(whole - start))
        self.end_headers()
        body = data[start:]
        if ("/cut/" in self.path or "/deaf/" in self.path) and server.cuts > 0:
            server.cuts -= 1
            body = body[: len(body) // 2]
        server.sent.append(len(body))
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(dl, "WAIT", 0)
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def offer(tmp_path, monkeypatch):
    """offer(*urls) makes them the addresses of a data set "toy", with a manifest of PHOTOS unless told otherwise."""
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    monkeypatch.setattr(manifest, "MANIFESTS", manifests)

    def offer(*urls: str, with_manifest: bool = True, sha256: str = "") -> Path:
        monkeypatch.setattr(dl, "ARCHIVES", {"toy": Archive(sha256, urls)})
        if with_manifest:
            write_manifest(laid_out(tmp_path / "original"), manifests / "toy.sha256")
        return tmp_path / "data"

    return offer


def laid_out(folder: Path) -> Path:
    for path, data in PHOTOS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- fetching ---------------------------------------------------------------------------------------------------------


def test_happy_path_leaves_nothing_but_the_photographs(server, offer):
    root = offer(server.url("/toy.zip", GOOD))
    assert download("toy", root) == root / "toy"
    assert contents(root / "toy") == PHOTOS
    assert [p.name for p in root.iterdir()] == ["toy"]


def test_a_complete_copy_is_left_alone(server, offer):
    root = offer(server.url("/toy.zip", GOOD))
    download("toy", root)
    (root / "toy/trainA/mine.jpg").write_bytes(b"an extra file of the user's")
    asked = len(server.asked)
    assert download("toy", root) == root / "toy"
    assert len(server.asked) == asked and (root / "toy/trainA/mine.jpg").exists()


def test_an_incomplete_copy_is_neither_used_nor_overwritten(server, offer):
    root = offer(server.url("/toy.zip", GOOD))
    download("toy", root)
    (root / "toy/testB/1.jpg").write_bytes(b"changed")
    with pytest.raises(UagtError, match=r"toy is in the way: .*1 changed \(such as testB/1\.jpg\).*delete it"):
        download("toy", root)
    assert (root / "toy/testB/1.jpg").read_bytes() == b"changed"


def test_an_empty_folder_is_no_obstacle(server, offer):
    root = offer(server.url("/toy.zip", GOOD))
    (root / "toy").mkdir(parents=True)
    assert contents(download("toy", root)) == PHOTOS


def test_a_cut_connection_is_resumed_and_only_the_rest_transferred(server, offer):
    root = offer(server.url("/cut/toy.zip", GOOD))
    server.cuts = 2
    assert contents(download("toy", root)) == PHOTOS
    half = len(GOOD) // 2
    three_quarters = half + (len(GOOD) - half) // 2
    assert [wanted for _, wanted in server.asked] == [None, f"bytes={half}-", f"bytes={three_quarters}-"]
    assert sum(server.sent) == len(GOOD)


def test_resumes_in_a_later_call(server, offer, monkeypatch):
    root = offer(server.url("/cut/toy.zip", GOOD))
    monkeypatch.setattr(dl, "ATTEMPTS", 1)
    with pytest.raises(UagtError, match=rf"cut after {len(GOOD) // 2} of {len(GOOD)} bytes"):
        download("toy", root)
    assert not (root / "toy").exists()
    assert contents(download("toy", root)) == PHOTOS
    assert sum(server.sent) == len(GOOD)


def test_as_long_as_more_arrives_it_goes_on(server, offer):
    root = offer(server.url("/cut/toy.zip", GOOD))
    server.cuts = 3 * dl.ATTEMPTS
    assert contents(download("toy", root)) == PHOTOS


def test_a_finished_partial_file_is_not_fetched_again(server, offer, monkeypatch):
    root = offer(server.url("/toy.zip", GOOD))
    with monkeypatch.context() as context:
        context.setattr(dl, "_install", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            download("toy", root)
    assert contents(download("toy", root)) == PHOTOS
    assert sum(server.sent) == len(GOOD)


def test_a_file_that_shrank_meanwhile_is_fetched_anew(server, offer, monkeypatch):
    url = server.url("/cut/toy.zip", GOOD * 3)
    root = offer(url)
    monkeypatch.setattr(dl, "ATTEMPTS", 1)
    with pytest.raises(UagtError):
        download("toy", root)
    server.files["/cut/toy.zip"] = GOOD
    monkeypatch.setattr(dl, "ATTEMPTS", 2)
    assert contents(download("toy", root)) == PHOTOS


def test_a_server_that_ignores_ranges(server, offer):
    root = offer(server.url("/deaf/toy.zip", GOOD))
    assert contents(download("toy", root)) == PHOTOS
    assert server.asked[1][1] == f"bytes={len(GOOD) // 2}-" and server.sent[1] == len(GOOD)


def test_a_server_that_ignores_ranges_and_always_cuts_is_given_up(server, offer):
    root = offer(server.url("/deaf/toy.zip", GOOD))
    server.cuts = 1000
    with pytest.raises(UagtError, match="was cut"):
        download("toy", root)
    assert len(server.asked) == dl.ATTEMPTS


def test_no_content_length(server, offer):
    root = offer(server.url("/unsized/toy.zip", GOOD))
    assert contents(download("toy", root)) == PHOTOS


def test_mirrors_are_tried_in_order(server, offer):
    root = offer(
        server.url("/gone.zip"),
        server.url("/changed.zip", packed({f"toy/{p}": b"x" for p in PHOTOS})),
        server.url("/toy.zip", GOOD),
        server.url("/never.zip", GOOD),
    )
    assert contents(download("toy", root)) == PHOTOS
    assert [path for path, _ in server.asked] == ["/gone.zip", "/changed.zip", "/toy.zip"]
    assert [p.name for p in root.iterdir()] == ["toy"]


def test_one_mirror_is_not_continued_at_another(server, offer, monkeypatch):
    other = packed(PHOTOS)  # the same photographs, packed otherwise
    root = offer(server.url("/cut/toy.zip", GOOD), server.url("/toy.zip", other))
    monkeypatch.setattr(dl, "ATTEMPTS", 1)
    assert contents(download("toy", root)) == PHOTOS
    assert server.asked[1] == ("/toy.zip", None)
    assert [p.name for p in root.iterdir()] == ["toy"]


def test_when_all_fail_the_sentence_has_each_reason_and_a_way_out(server, offer, monkeypatch):
    monkeypatch.setattr(dl, "ATTEMPTS", 2)
    server.cuts = 1000
    changed = dict(PHOTOS, **{"trainA/0.jpg": b"another"})
    urls = [
        server.url("/gone.zip"),
        server.url("/cut/toy.zip", b"x"),
        server.url("/login.zip", b"<html>pay first</html>"),
        server.url("/changed.zip", packed(changed)),
        "http://127.0.0.1:1/refused.zip",
    ]
    root = offer(*urls)
    with pytest.raises(UagtError) as failure:
        download("toy", root)
    lines = str(failure.value).splitlines()
    reasons = [
        "404 Not Found",
        "cut after 0 of 1 bytes",
        "not a usable zip archive",
        "1 changed (such as trainA/0.jpg)",
        "refused",
    ]
    assert lines[0] == "toy could not be downloaded. Tried" and len(lines) == 2 + len(urls)
    for line, url, reason in zip(lines[1:-1], urls, reasons, strict=True):
        assert url in line and reason in line
    assert f"place it at {root / 'toy.zip'}" in lines[-1] and f"`uagt data verify {root / 'toy'}`" in lines[-1]
    assert not (root / "toy").exists()


def test_an_archive_placed_by_hand_is_used_and_kept(server, offer):
    root = offer(server.url("/gone.zip"))
    root.mkdir()
    (root / "toy.zip").write_bytes(GOOD)
    assert contents(download("toy", root)) == PHOTOS
    assert server.asked == [] and (root / "toy.zip").read_bytes() == GOOD


def test_without_a_manifest_the_archive_itself_is_checked(server, offer, tmp_path):
    (tmp_path / "good.zip").write_bytes(GOOD)
    forged = packed({f"toy/{path}": b"x" for path in PHOTOS})
    root = offer(
        server.url("/forged.zip", forged),
        server.url("/toy.zip", GOOD),
        with_manifest=False,
        sha256=manifest.sha256(tmp_path / "good.zip"),
    )
    assert contents(download("toy", root)) == PHOTOS
    assert len(server.asked) == 2
    assert download("toy", root) == root / "toy"
    (root / "toy/testA/0.jpg").rename(root / "toy/testA/.0")
    for i in (1, 2):
        (root / f"toy/testA/{i}.jpg").unlink()
    with pytest.raises(UagtError, match="in the way: it has no image in testA"):
        download("toy", root)


def test_unknown_name_and_no_folder(tmp_path, offer):
    with pytest.raises(UagtError, match="zebra2horse is not a data set known here; choose from horse2zebra"):
        download("zebra2horse", tmp_path)
    (tmp_path / "file").touch()
    offer("http://127.0.0.1:1/toy.zip")
    with pytest.raises(UagtError, match="file cannot be written to"):
        download("toy", tmp_path / "file")
    (tmp_path / "toy").touch()
    with pytest.raises(UagtError, match="toy is in the way: it is not a folder"):
        download("toy", tmp_path)


# --- unpacking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, link",
    [
        ("../evil.jpg", False),
        ("toy/../../trainA/evil.jpg", False),
        ("/tmp/evil.jpg", False),
        ("C:/evil.jpg", False),
        ("toy\\..\\evil.jpg", False),
        ("toy/trainA/evil.jpg", True),
    ],
)
def test_malicious_archives_are_refused_whole(server, offer, name, link):
    bad = packed(PHOTOS, links=(name,)) if link else packed(PHOTOS | {name: b"evil"})
    root = offer(server.url("/bad.zip", bad))
    with pytest.raises(UagtError, match=r"holds the (link|unsafe name) .*evil"):
        download("toy", root)
    assert list(root.iterdir()) == []
    assert not list(root.parent.rglob("evil*")) and not Path("/tmp/evil.jpg").exists()


def test_bombs_are_refused(server, offer, monkeypatch):
    monkeypatch.setattr(dl, "MAX_BYTES", 300_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("toy/trainA/zeros.jpg", bytes(400_000))
    root = offer(server.url("/bomb.zip", buffer.getvalue()))
    with pytest.raises(UagtError, match="would unpack to more than"):
        download("toy", root)
    server.files["/bomb.zip"] = bytes(400_000)
    with pytest.raises(UagtError, match="the archive is larger than"):
        download("toy", root)
    assert list(root.iterdir()) == []


def test_damage_inside_the_archive_is_noticed(server, offer):
    bad = bytearray(GOOD)
    bad[1000] ^= 255  # in the pixels of the first photograph
    root = offer(server.url("/bad.zip", bytes(bad)))
    with pytest.raises(UagtError, match="not a usable zip archive"):
        download("toy", root)
    assert list(root.iterdir()) == []


def test_only_photographs_in_the_four_folders_are_unpacked(server, offer):
    litter = {
        "__MACOSX/toy/trainA/._0.jpg": b"x",
        "toy/trainA/.DS_Store": b"x",
        "toy/trainA/run.sh": b"x",
        "README.txt": b"x",
        "toy/old/trainA/0.jpg": b"x",
    }
    root = offer(server.url("/toy.zip", packed(PHOTOS | litter)))
    assert contents(download("toy", root)) == PHOTOS


# --- verifying --------------------------------------------------------------------------------------------------------


def test_verify_finds_changed_missing_and_extra(offer, tmp_path):
    offer()
    toy = laid_out(tmp_path / "toy")
    assert verify(toy).complete and verify(toy).ok == len(PHOTOS)
    assert str(verify(toy)) == "toy: 12 files as they should be"
    (toy / "trainA/0.jpg").write_bytes(b"changed")
    (toy / "testB/2.jpg").unlink()
    (toy / "trainB/new.png").write_bytes(b"new")
    (toy / "trainB/.hidden.png").write_bytes(b"not seen")
    report = verify(toy)
    assert (report.ok, report.missing, report.changed, report.extra) == (
        10,
        ("testB/2.jpg",),
        ("trainA/0.jpg",),
        ("trainB/new.png",),
    )
    assert not report.complete and "1 missing (such as testB/2.jpg)" in str(report)
    (toy / "trainA/0.jpg").write_bytes(PHOTOS["trainA/0.jpg"])
    assert not verify(toy).complete  # still one missing
    (toy / "testB/2.jpg").write_bytes(PHOTOS["testB/2.jpg"])
    assert verify(toy).complete  # an extra file does no harm


def test_manifests_are_sorted_and_in_the_format_of_sha256sum(tmp_path):
    assert write_manifest(laid_out(tmp_path / "toy"), tmp_path / "out") == len(PHOTOS)
    expected = [f"{hashlib.sha256(PHOTOS[path]).hexdigest()}  {path}\n" for path in sorted(PHOTOS)]
    assert (tmp_path / "out").read_bytes() == "".join(expected).encode()


def test_verify_recognises_by_match_and_by_name(offer, tmp_path):
    offer()
    (tmp_path / "manifests/other.sha256").write_text("0" * 64 + "  trainA/0.jpg\n")
    folder = laid_out(tmp_path / "some name")
    assert verify(folder).name == "toy"
    assert verify(folder, "other").changed == ("trainA/0.jpg",)


def test_verify_says_when_it_cannot(offer, tmp_path):
    offer()
    (tmp_path / "photos/trainA").mkdir(parents=True)
    with pytest.raises(UagtError, match="nowhere is not a folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(UagtError, match=r"no manifest is known for .*photos.* there are manifests for toy"):
        verify(tmp_path / "photos")
    with pytest.raises(UagtError, match="no manifest is known for apple2orange"):
        verify(tmp_path / "photos", "apple2orange")
    with pytest.raises(UagtError, match="photos has no image in trainA"):
        write_manifest(tmp_path / "photos", tmp_path / "out")


# --- what ships -------------------------------------------------------------------------------------------------------


def test_shipped_manifest_has_the_known_counts():
    lines = (MANIFESTS / "horse2zebra.sha256").read_text().splitlines()
    paths = [line[66:] for line in lines]
    assert all(len(line.split("  ")[0]) == 64 for line in lines) and paths == sorted(set(paths))
    counts = {split: sum(path.startswith(split + "/") for path in paths) for split in SPLITS}
    assert counts == {"trainA": 1067, "trainB": 1334, "testA": 120, "testB": 140}
    once = "fb1d1fb79192dfee03e9a251d2e64dbfb4039fda7204196f9c16784a9e153408"  # as written from the unpacked archive
    assert hashlib.sha256("\n".join([*lines, ""]).encode()).hexdigest() == once


def test_table_of_addresses():
    for name, archive in dl.ARCHIVES.items():
        assert len(bytes.fromhex(archive.sha256)) == 32 and len(set(archive.urls)) == len(archive.urls) >= 3
        assert archive.urls[0].startswith("https://efrosgans.eecs.berkeley.edu/")
        assert all(url.endswith(f"/{name}.zip") for url in archive.urls)
