"""Small roster bundles, as a school's system would write them."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

CANARY = "Kanarikuning"


ORGS = "sourcedId,status,name,type,identifier\nsmp1,active,SMP Negeri 1 Contoh,school,20109999\n"


USERS = (
    "sourcedId,status,enabledUser,givenName,familyName,role,orgSourcedIds,email,sms,phone,agentSourcedIds,password\n"
    f"ani,active,true,Ani,Lestari,student,smp1,ani@contoh.invalid,,0811,ibu,{CANARY}\n"
    f"ibu,active,true,Ibu,Lestari,parent,smp1,,0812,,,{CANARY}\n"
    f"budi,active,true,Budi,Santoso,teacher,smp1,,,,,{CANARY}\n"
)


FILES = {"orgs": ORGS, "users": USERS}


def row(sourced_id: str, *, given_name: str = "Citra", role: str = "student", organisation: str = "smp1", **more: str) -> str:
    cells = {
        "status": "active",
        "enabledUser": "true",
        "familyName": "Dewi",
        "email": "",
        "sms": "",
        "phone": "",
        "agentSourcedIds": "",
        "password": "",
    }
    told = cells | {"sourcedId": sourced_id, "givenName": given_name, "role": role, "orgSourcedIds": organisation} | more
    return ",".join(told[name] for name in USERS.splitlines()[0].split(",")) + "\n"


def zipped(files: Mapping[str, str | bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return path
