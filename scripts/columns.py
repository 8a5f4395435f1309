"""Prints the column reference of results/README.md from the datapackage.json of a run folder."""
import json
import pathlib
import sys

package = json.loads((pathlib.Path(sys.argv[1]) / "datapackage.json").read_text())
for resource in package["resources"]:
    print(f"### {resource['path']}\n\n| column | type | meaning |\n| --- | --- | --- |")
    for field in resource["schema"]["fields"]:
        print(f"| `{field['name']}` | {field['type']} | {field['description']} |")
    print()
