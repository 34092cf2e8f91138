#!/usr/bin/env python3
"""Totals of the CDMX workbook, computed apart from the product: the yardstick for the import.

Nothing is shared with libs/tabular: the workbook is read with zipfile and ElementTree, amounts are rounded by way of the shortest
form of the double, and the spellings of the executing units are a plain table, written out one by one.

    cdmx_totals.py projects.xlsx          prints JSON: rows taken, rows not taken with the reason, totals in centavos by unit and in all

As a module: totals(path) gives the same as a dict.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from decimal import Decimal

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FIRST_ROW = 11  # headings stand in rows 9 and 10
COLUMNS = {"original": "R", "modified": "S", "committed": "U", "paid": "X"}

# Every spelling of the column "Institución Ejecutora" as it stands in the file.
UNITS = {
    "Autoridad del Espacio Público": [
        "Autoridad del Espacio Público",
        "Autoridad del Espacios Público",
    ],
    "Consejería Jurídica y de Servicios Legales": [
        "Consejería Jurídica y de Servicios Legales",
        "ConsejeríaJurídica y de Servicios Legales",
    ],
    "Delegación Azcapotzalco": [
        "Delegación Azcapotzalco",
    ],
    "Delegación Benito Juárez": [
        "DELEAGCION BENITO JUAREZ.",
        "DELEGACION BENITO JUAERZ",
        "DELEGACION BENITO JUAEZ",
        "DELEGACION BENITO JUAREZ",
        "DELEGACION BENITO JUAREZ.",
        "DELEGACIÓN BENITO JUÁREZ",
        "DELEGACIÓN BENITO JUÁREZ.",
    ],
    "Delegación Coyoacán": [
        "Delegacion Coyoaccan",
        "Delegación Coyoacán",
        "Delegación Coyoacán.",
    ],
    "Delegación Cuajimalpa de Morelos": [
        "DELEGACIÓN CUAJIMALPA DE MORELOS",
        "Delegacion Cuajimalpa de Morelos",
        "Delegación Cuajimalpa de Morelos",
        "delegacion cuajimlpa de morelos",
    ],
    "Delegación Cuauhtémoc": [
        "Delegación Cuauhtémoc",
    ],
    "Delegación Gustavo A. Madero": [
        "Delegación Gustavo A. MAdero",
        "Delegación Gustavo A. Madero",
    ],
    "Delegación Iztacalco": [
        "DELECACION IZTACALCO",
        "DELEGACION IZTACALCO",
    ],
    "Delegación Iztapalapa": [
        "DELEGACION IZTAPALAPA",
        "DELEGACIÓN IZTAPALAPA",
    ],
    "Delegación La Magdalena Contreras": [
        "Delegacion La Magdalena Contreras",
        "Delegación La Magdalena Contreras",
    ],
    "Delegación Miguel Hidalgo": [
        "DELEGACIÓN MIGUEL HIDALGO",
        "DELEGACIÓN MIGUEL HIDALGO.",
    ],
    "Delegación Milpa Alta": [
        "DELEGACION MILPA ALTA",
        "DELEGACIÓN MILPA ALTA",
        "Delegación Milpa Alta",
    ],
    "Delegación Tlalpan": [
        "Delagación Tlalpan ",
        "Delegación  Tlalpan",
        "Delegación Tlalapn ",
        "Delegación Tlalpan",
        "Delegación Tlalpan ",
        "Delegación Tlapan ",
    ],
    "Delegación Tláhuac": [
        "DELEGACION TLAHUAC",
        "DELEGACIÓN TLAHUAC",
        "Delegación Tlahuac",
        "Delegación Tláhuac",
    ],
    "Delegación Venustiano Carranza": [
        "DELEGACIÓN VENUSTIANO CARRANZA",
    ],
    "Delegación Xochimilco": [
        "DELEGACIÓN XOCHIMILCO",
        "Delegación Xochimilco",
        "Delegación xochimilco",
    ],
    "Delegación Álvaro Obregón": [
        "Delegación Álvaro Obregón",
    ],
    "Instituto Local de la Infraestructura Física Educativa del D.F.": [
        "INSTITUTO LOCAL DE LA INFRAESTRUCTURA FISICA EDUCATIVA DEL D.F.",
    ],
    "Instituto de Capacitación para el Trabajo de la Ciudad de México": [
        "INSTITUTO DE CAPACITACION PARA EL TRABAJO DE LA CIUDAD DE MEXICO",
    ],
    "Procuraduría General de Justicia de la Ciudad de México": [
        "Procuraduria General de Justicia de la Ciudad de Mexico",
    ],
    "Red de Transporte de Pasajeros del Distrito Federal": [
        "Red de Transporte de Pasajeros del Distrito Federal",
    ],
    "Secretaría de Finanzas": [
        "SECRETARIA DE FINANZAS",
    ],
    "Secretaría de Obras y Servicios": [
        "Secretaria de Obras y Servicios ",
    ],
    "Secretaría de Seguridad Pública": [
        "Secretaria de Seguridad Publica",
        "Secretaría de Seguridad Pública",
        "Secretaría de seguridad Pública",
    ],
    "Servicios de Salud Pública del Distrito Federal": [
        "SERVICIOS DE SALUD PÚBLICA DEL DISTRITO FEDERAL ",
    ],
    "Sistema de Aguas de la Ciudad de México": [
        "SISTEMA DE AGUAS DE LA CIUDAD DE MEXICO",
    ],
    "Sistema de Transporte Colectivo": [
        "SISTEMA DE TRANSPORTE COLECTIVO ",
        "SISTEMA DE TRANSPORTE COLECTIVO METRO ",
    ],
    "Subsecretaría de Sistema Penitenciario": [
        "SUBSECRETARIA DE SISTEMA PENITENCIARIO",
        "SUBSECRETARIA DE SISTEMA PENITENCIARIO DE LA SECRETARIA DE GOBIERNO",
        "SUBSECRETARIA DE SISTEMA PENITENCIARIO EN LA SECRETARIA DE GOBIERNO",
    ],
    "Tribunal Superior de Justicia de la Ciudad de México": [
        "Tribunal Superior de Justicia de la Ciudad de México",
    ],
    "Universidad Autónoma de la Ciudad de México": [
        "Universidad Autónoma de la Ciudad de México",
    ],
}

UNIT_OF = {spelling: unit for unit, spellings in UNITS.items() for spelling in spellings}


def read_rows(path):
    """Row number → {column letters: text}."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(part.text or "" for part in item.iter(MAIN + "t"))
            for item in ElementTree.parse(book.open("xl/sharedStrings.xml")).getroot()
        ]
        sheet = ElementTree.parse(book.open("xl/worksheets/sheet1.xml")).getroot()
    rows = {}
    for row in sheet.iter(MAIN + "row"):
        cells = {}
        for cell in row.iter(MAIN + "c"):
            value = cell.find(MAIN + "v")
            if value is None or not value.text:
                continue
            column = re.match("[A-Z]+", cell.get("r")).group()
            cells[column] = strings[int(value.text)] if cell.get("t") == "s" else value.text
        rows[int(row.get("r"))] = cells
    return rows


def centavos(text):
    """The double's shortest form has the decimals that a person typed; it must be exact in centavos."""
    amount = Decimal(repr(float(text))) * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"{text} is not exact in centavos")
    return int(amount)


def totals(path):
    in_all = dict.fromkeys(COLUMNS, 0)
    by_unit, not_taken, projects = {}, [], {}
    for number, cells in sorted(read_rows(path).items()):
        if number < FIRST_ROW or not cells:
            continue
        if not any(column in cells for column in COLUMNS.values()):
            not_taken.append({"row": number, "key": cells.get("C", ""), "reason": "NO_FIGURES"})
            continue
        amounts = {name: centavos(cells[column]) for name, column in COLUMNS.items()}
        unit = UNIT_OF[cells["N"]]
        sums = by_unit.setdefault(unit, dict.fromkeys(COLUMNS, 0) | {"projects": 0})
        sums["projects"] += 1
        for name, amount in amounts.items():
            sums[name] += amount
            in_all[name] += amount
        projects[cells["C"]] = amounts | {"unit": unit, "physical_bp": round(Decimal(cells["AD"]) * 100)}
    return {
        "currency": "MXN",
        "taken": len(projects),
        "not_taken": not_taken,
        "in_all": in_all,
        "by_unit": by_unit,
        "projects": projects,
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: cdmx_totals.py projects.xlsx")
    result = totals(sys.argv[1])
    del result["projects"]  # for tests that compare project by project
    print(json.dumps(result, ensure_ascii=False, indent=2))
