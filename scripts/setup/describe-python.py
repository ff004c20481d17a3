"""Prints, as JSON, what the set-up needs to know about the Python that runs this."""

import importlib.metadata
import importlib.util
import json
import sys


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def folder(name):
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    return places[0] if places else None


names = sys.argv[1:]
print(
    json.dumps(
        {
            "python": "%d.%d.%d" % sys.version_info[:3],
            "prefix": sys.prefix,
            "versions": {name: version(name) for name in names},
            "tensorflow": {"version": version("tensorflow-cpu") or version("tensorflow"), "folder": folder("tensorflow")},
        }
    )
)
