#!/bin/bash
# Generates from the protos what CMake does not: Python modules for tests and tools, and the OpenAPI document.
# Nothing is done while the protos are unchanged.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
cd "$FISCUS_ROOT/proto"

mapfile -t protos < <(find fiscus -name '*.proto' | LC_ALL=C sort)
digest=$(cat "${protos[@]}" "$FISCUS_ROOT/tools/setup/requirements.txt" "$FISCUS_ROOT/tools/setup/generate.sh" | sha256sum)
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
  --openapiv2_opt=openapi_configuration="$FISCUS_ROOT/services/gateway/openapi.yaml" \
  "${services[@]}"

echo "$digest" >"$stamp"
