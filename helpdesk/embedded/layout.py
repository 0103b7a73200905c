"""Where the embedded services keep their data, and as whom PostgreSQL runs."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# The address of a unix socket holds 107 bytes; what comes after the directory takes less than 27.
LONGEST_SOCKET_DIRECTORY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The directories of one pair of services. Nothing is made before it is needed."""

    root: Path
    sockets: Path
    uid: int
    gid: int
    postgres_uid: int
    postgres_gid: int

    @classmethod
    def of(cls, profile: str, base: Path | None = None) -> Layout:
        """The services of a profile ("dev", "test") below `base`, by default HELPDESK_RUNTIME_DIR."""
        uid, gid = os.getuid(), os.getgid()
        postgres_uid, postgres_gid = uid, gid
        if uid == 0:
            nobody = pwd.getpwnam("nobody")
            postgres_uid, postgres_gid = nobody.pw_uid, nobody.pw_gid
        base = (base or Path(os.environ.get("HELPDESK_RUNTIME_DIR") or PROJECT / ".runtime")).absolute()
        digest = hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:10]
        if uid == 0 and not can_enter(nearest_existing(base), postgres_uid, postgres_gid):
            base = Path("/var/lib") / f"helpdesk-{digest}"
        root = base / profile
        sockets = root / "sockets"
        if len(str(sockets)) > LONGEST_SOCKET_DIRECTORY:
            sockets = Path("/tmp") / f"helpdesk-{uid}-{digest}-{profile}"  # noqa: S108 (its owner is checked in make())
        return cls(
            root=root, sockets=sockets, uid=uid, gid=gid, postgres_uid=postgres_uid, postgres_gid=postgres_gid
        )

    @property
    def as_postgres(self) -> dict[str, object]:
        """How subprocess starts something as PostgreSQL's user."""
        if self.uid != 0:
            return {}
        return {"user": self.postgres_uid, "group": self.postgres_gid, "extra_groups": []}

    def make(self, path: Path, *, for_postgres: bool = False) -> None:
        """Make a directory that is ours and stays ours."""
        path.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid not in (self.uid, self.postgres_uid):
            raise RuntimeError(f"{path} belongs to somebody else.")
        if for_postgres:
            self.give_to_postgres(path)
        # As root, `nobody` has to pass through on the way to its own directory.
        path.chmod(0o755 if self.uid == 0 and not for_postgres else 0o700)

    def give_to_postgres(self, path: Path) -> None:
        if self.uid == 0:
            os.chown(path, self.postgres_uid, self.postgres_gid)

    def postgres_can_enter(self, path: Path) -> bool:
        return self.uid != 0 or can_enter(path, self.postgres_uid, self.postgres_gid)


def can_enter(path: Path, uid: int, gid: int) -> bool:
    """Asked of the kernel, not guessed from mode bits."""
    answer = subprocess.run(["test", "-x", path], user=uid, group=gid, extra_groups=[], cwd="/", check=False)
    return answer.returncode == 0


def nearest_existing(path: Path) -> Path:
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())


def package_directory(name: str) -> Path:
    """Where a wheel lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(
            f"The embedded services need the package {name} (requirements/run.txt has it), "
            "or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(next(iter(spec.submodule_search_locations)))
