"""Writes the list of tables and the column reference into results/README.md, from `splitbench list --json` on standard input."""
import json
import pathlib
import re
import sys

page = pathlib.Path(__file__).resolve().parent.parent / "results/README.md"
# Rows by the script's reader are Frictionless resources, spelt as in datapackage.json.
tables = json.load(sys.stdin)["tables"]


def reference(tables: list[dict]) -> str:
    parts, seen = [], {}
    for table in tables:
        rows = "".join(
            f"| `{field['name']}` | {field['type']} | {field['description']} |\n" for field in table["schema"]["fields"])
        same = seen.setdefault(rows, table["path"])
        columns = f"| column | type | meaning |\n| --- | --- | --- |\n{rows}"
        parts.append(
            f"### {table['path']}\n\n" + (columns if same == table["path"] else f"The columns of `{same}`.\n"))
    return "\n".join(parts)


text = page.read_text()
files = "".join(f"| `{table['path']}` | {table['description']} |\n" for table in tables)
text = re.sub(r"(?:^\| `[\w-]+\.csv` \|.*\n)+", lambda _: files, text, count=1, flags=re.MULTILINE)
start = text.index("### " + tables[0]["path"])
end = text.index("### Words in the columns")
page.write_text(text[:start] + reference(tables) + "\n" + text[end:])
