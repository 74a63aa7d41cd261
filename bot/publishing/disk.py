"""What a disk refuses, in a sentence for whoever publishes: what, where, and how to mend it."""

from __future__ import annotations

import errno

from bot.errors import PublishError

_FULL = ("磁盘已满", "腾出空间后再试")
_FORBIDDEN = ("没有权限", "检查权限:运行机器人的用户要能读写它")
_REASONS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("磁盘配额已用完", "腾出空间后再试"),
    errno.EFBIG: ("超过了允许的文件大小", "调高文件大小的上限(ulimit -f),或拆成几份"),
    errno.EROFS: ("所在的磁盘是只读的", "改为可写的挂载,或在配置里换一个文件夹"),
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
}


def refused(where: object, doing: str, error: OSError) -> PublishError:
    """The error for ``where``, at which ``doing`` (读取, 写入) failed."""
    said = error.strerror or type(error).__name__
    why, mend = _REASONS.get(error.errno or 0, ("", "检查权限和磁盘空间"))
    reason = f",{why}({said})" if why else f"({said})"
    return PublishError(f"{where}: 不能{doing}{reason} — {mend}")
