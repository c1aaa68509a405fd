"""The files that come from npm: pinned by version and hash, fetched once by npm itself, kept in build/npm."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from uagt_lib.errors import UagtError

FONTS = "es5/output/chtml/fonts/woff-v2"


@dataclass(frozen=True)
class Package:
    """An npm package: its exact version, the sha512 npm publishes for it, and which of its files go where."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]

    @property
    def archive(self) -> str:
        """The name of the file that `npm pack` writes."""
        return f"{self.name}-{self.version}.tgz"


MATHJAX = Package(
    "mathjax",
    "3.2.2",
    "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
    {"es5/tex-chtml.js": "mathjax/tex-chtml.js", FONTS: "mathjax/output/chtml/fonts/woff-v2"},
)
# The whole runtime without WebGPU; threads need headers that static hosts do not send, so it is told to use one.
ONNXRUNTIME = Package(
    "onnxruntime-web",
    "1.30.0",
    "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
    {
        f"dist/{name}": f"onnxruntime/{name}"
        for name in ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    },
)
AXE = Package(  # looks for what keeps people out; tests only
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    {"axe.min.js": "axe.min.js"},
)


def unpack(package: Package, out: Path, cache: Path) -> None:
    """Put a package's files below `out`, fetching it into `cache` unless it is there.

    Raises:
        UagtError: if npm is missing or fails, or the archive is not the one we know.
    """
    archive = cache / package.archive
    if not archive.exists():
        _fetch(package, cache)
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        archive.unlink()
        raise UagtError(f"{archive.name} is not the file it was when this site was made: its sha512 is {digest}")
    with tarfile.open(archive) as tar:
        for source, target in package.files.items():
            for member in tar.getmembers():
                name = member.name.removeprefix("package/")
                if member.isfile() and (name == source or name.startswith(f"{source}/")):
                    path = out / f"{target}{name.removeprefix(source)}"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(tar.extractfile(member).read())


def _fetch(package: Package, cache: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UagtError(f"the site needs {package.name} from npm: install Node.js, which brings the command `npm`")
    cache.mkdir(parents=True, exist_ok=True)
    wanted = f"{package.name}@{package.version}"
    ran = subprocess.run([npm, "pack", wanted, "--silent"], cwd=cache, capture_output=True, text=True)
    if ran.returncode:
        raise UagtError(f"`npm pack {wanted}` failed: {ran.stderr.strip() or ran.stdout.strip()}")
