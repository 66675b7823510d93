"""Small tables as Parquet files by pyarrow, in each of its codecs, and their rows. Writes parquet.json beside this file.

Made with pyarrow 26.0.1: pip install pyarrow; python parquet.py
"""

import base64
import datetime
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

flat = pa.table(
    {
        "day": pa.array([datetime.date(2024, 1, 1) + datetime.timedelta(d) for d in range(40)]),
        "at": pa.array([datetime.datetime(2024, 1, 1, 6, 30) + datetime.timedelta(hours=d) for d in range(40)], pa.timestamp("us")),
        "load": pa.array([None if d == 7 else d * 1.25 for d in range(40)]),
        "count": pa.array([2**40 + d for d in range(40)], pa.int64()),
        "note": pa.array([None if d % 5 == 0 else f'note "{d}", größer\nand more' for d in range(40)]),
        "good": pa.array([d % 2 == 0 for d in range(40)]),
    }
)
nested = pa.table(
    {
        "translation": pa.array([{"en": f"the word {d}", "de": f"das Wort {d}"} for d in range(12)]),
        "xs": pa.array([[d, d + 1] if d % 3 else [d] for d in range(12)]),
    }
)


def written(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return base64.b64encode(file.getvalue()).decode()


files = {codec: written(flat, compression=codec) for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]}
files["small groups, no dictionary"] = written(flat, row_group_size=7, use_dictionary=False, data_page_version="2.0")
result = {
    "pyarrow": pa.__version__,
    "files": files,
    "rows": [
        {
            "day": row["day"].isoformat(),
            "at": row["at"].isoformat(timespec="milliseconds") + "Z",
            "load": "" if row["load"] is None else str(row["load"]).removesuffix(".0"),
            "count": str(row["count"]),
            "note": row["note"] or "",
            "good": "true" if row["good"] else "false",
        }
        for row in flat.to_pylist()
    ],
    "nested": written(nested),
    "empty": written(flat.slice(0, 0)),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
