"""The files that a customer adds to a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import ngettext

from foundation import desk
from tickets import files
from tickets.errors import FileRefused


def limits_in_words() -> str:
    """What may be added, said before anybody tries."""
    limits = desk.settings()
    return ngettext(
        "%(count)d file, up to %(size)d MB.",
        "Up to %(count)d files, %(size)d MB each, %(total)d MB together.",
        limits.max_files,
    ) % {
        "count": limits.max_files,
        "size": min(limits.max_file_bytes, limits.max_message_bytes) // 2**20,
        "total": limits.max_message_bytes // 2**20,
    }


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.Field):
    """Any number of files within the desk's limits; its value is a list of files.NewFile."""

    widget = FilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, help_text=lazy(limits_in_words, str)(), **options)

    def clean(self, value: Sequence[UploadedFile] | None) -> list[files.NewFile]:
        """Refuse by the sizes first, so that nobody makes us read more into memory than we would keep."""
        uploads = list(value or [])
        try:
            files.check_sizes([(upload.name or "", upload.size or 0) for upload in uploads])
        except FileRefused as refused:
            raise ValidationError(str(refused)) from None
        return [
            files.NewFile(
                name=upload.name or "",
                content=upload.read(),
                content_type=upload.content_type or files.UNKNOWN_TYPE,
            )
            for upload in uploads
        ]
