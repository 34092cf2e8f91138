#!/bin/bash
# Generates from the protos what CMake does not: Python modules for tests and tools, and the OpenAPI document.
# Nothing is done while the protos are unchanged.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$FISCUS_ROOT/proto"

mapfile -t protos < <(find fiscus -name '*.proto' | LC_ALL=C sort)
digest=$(cat "${protos[@]}" "$FISCUS_ROOT/tools/setup/requirements.txt" "$FISCUS_ROOT/tools/setup/generate.sh" \
  "$FISCUS_ROOT/services/gateway/openapi.json" | sha256sum)
stamp=$FISCUS_BUILD/.generated
[ "$(cat "$stamp" 2>/dev/null)" != "$digest" ] || exit 0

include=(-I . -I "$FISCUS_GOOGLEAPIS")

# Made beside the old one and then exchanged: a failed run leaves what was there.
python_new=$FISCUS_BUILD/python.new
rm -rf "$python_new"
mkdir -p "$python_new"
"$FISCUS_VENV/bin/python" -m grpc_tools.protoc "${include[@]}" --python_out="$python_new" --pyi_out="$python_new" \
  --grpc_python_out="$python_new" "${protos[@]}"
rm -rf "$FISCUS_BUILD/python"
mv "$python_new" "$FISCUS_BUILD/python"

mkdir -p "$FISCUS_BUILD/openapi"
# Only services that people call have google.api.http rules; the rest stays out of the document.
mapfile -t services < <(grep -l google.api.http "${protos[@]}")
protoc "${include[@]}" --plugin="$FISCUS_CACHE/bin/protoc-gen-openapiv2" \
  --openapiv2_out="$FISCUS_BUILD/openapi" \
  --openapiv2_opt=allow_merge=true,merge_file_name=fiscus,json_names_for_fields=false,omit_enum_default_value=false \
  "${services[@]}"
# What the protos cannot say of the document as a whole: title, licence, how to authenticate.
"$FISCUS_VENV/bin/python" - "$FISCUS_BUILD/openapi/fiscus.swagger.json" "$FISCUS_ROOT/services/gateway/openapi.json" <<'PYTHON'
import json, sys
document, overlay = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
document.pop("tags", None)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(document | overlay, out, indent=1, ensure_ascii=False)
PYTHON

echo "$digest" >"$stamp"
