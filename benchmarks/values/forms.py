"""Made-up texts in the forms that checks look for: random characters, and the neighbours that pass most often."""

import random
import re
import string

_PLACEHOLDER = re.compile("YYYYMMDD|YYMMDD|DDMMYY|YYMM|[9AX汉]")
_CITIES = ("310104", "110105", "440305", "330106", "510107")

#: By a check's id: the form of random characters, and that of the neighbour. "9" is a digit, "A" a letter, "X" either,
#: "汉" a Chinese character, "YYMMDD" and the like a day; "place" one of a few Chinese places' codes.
FORMS = {
    "gb11643": ("999999999999999999", "placeYYYYMMDD9999"),
    "gb11643_15": ("999999999999999", "999999YYMMDD999"),
    "gb32100": ("XXXXXXXXXXXXXXXXXX", "91place9999999999"),
    "email": ("XXXXXX@XXXXXX", "XXXX-XXXX@XXXX"),
    "cn_mobile": ("99999999999", "19999999999"),
    "payment_card": ("9999999999999999", "4999999999999999"),
    "iban": ("AA99XXXXXXXXXXXXXXXXXX", "DE99999999999999999999"),
    "us_ssn": ("999999999", "999-99-9999"),
    "birth_date": ("99999999", "999999"),
    "ip_address": ("999.999.999.999", "9.9.99"),
    "cn_plate": ("汉A99999", "汉AAAAAA"),
    "coordinate": ("999.9999", "99.999"),
    "stdnum_be.nn": ("99999999999", "YYMMDD99999"),
    "stdnum_bg.egn": ("9999999999", "YYMMDD9999"),
    "stdnum_br.cpf": ("99999999999", "99999999999"),
    "stdnum_ca.sin": ("999999999", "999999999"),
    "stdnum_ch.ssn": ("9999999999999", "7569999999999"),
    "stdnum_cl.rut": ("999999999", "999999999"),
    "stdnum_de.idnr": ("99999999999", "99999999999"),
    "stdnum_es.dni": ("99999999A", "99999999A"),
    "stdnum_es.nie": ("A9999999A", "X9999999A"),
    "stdnum_fi.hetu": ("999999-999X", "DDMMYY-999X"),
    "stdnum_fr.nir": ("999999999999999", "1YYMM9999999999"),
    "stdnum_gb.nhs": ("9999999999", "9999999999"),
    "stdnum_in_.aadhaar": ("999999999999", "299999999999"),
    "stdnum_it.codicefiscale": ("AAAAAA99A99A999A", "AAAAAA99A01A999A"),
    "stdnum_jp.in_": ("999999999999", "999999999999"),
    "stdnum_kr.rrn": ("9999999999999", "YYMMDD9999999"),
    "stdnum_mx.curp": ("AAAA999999AAAAAAX9", "AAAAYYMMDDHASAAAX9"),
    "stdnum_nl.bsn": ("999999999", "999999999"),
    "stdnum_no.fodselsnummer": ("99999999999", "DDMMYY99999"),
    "stdnum_pl.pesel": ("99999999999", "YYMMDD99999"),
    "stdnum_ro.cnp": ("9999999999999", "1YYMMDD999999"),
    "stdnum_se.personnummer": ("9999999999", "YYMMDD9999"),
    "stdnum_th.pin": ("9999999999999", "1999999999999"),
    "stdnum_tr.tckimlik": ("99999999999", "99999999999"),
    "stdnum_za.idnr": ("9999999999999", "YYMMDD9999089"),
}


def made_up(form: str, chance: random.Random) -> str:
    """A text of that form. Days lie between 1940 and 2005."""
    return _PLACEHOLDER.sub(lambda match: _filled(match[0], chance), form.replace("place", chance.choice(_CITIES)))


def _filled(placeholder: str, chance: random.Random) -> str:
    match placeholder:
        case "9":
            return chance.choice(string.digits)
        case "A":
            return chance.choice(string.ascii_uppercase)
        case "X":
            return chance.choice(string.digits + string.ascii_uppercase)
        case "汉":
            return chr(chance.randrange(0x4E00, 0x9FA6))
    year, month, day = (
        str(chance.randrange(1940, 2006)),
        f"{chance.randrange(1, 13):02}",
        f"{chance.randrange(1, 29):02}",
    )
    return {
        "YYYYMMDD": year + month + day,
        "YYMMDD": year[2:] + month + day,
        "DDMMYY": day + month + year[2:],
        "YYMM": year[2:] + month,
    }[placeholder]
