#!/bin/bash
# Installs what a Debian 12 machine lacks for building and running Fiscus. Nothing is asked, nothing is installed twice,
# and everything that is not a Debian package goes to $FISCUS_CACHE (default /var/tmp/fiscus-<uid>).
# `setup.sh helm` adds what checks the Helm chart, `setup.sh strength` what measures the tests, `setup.sh bench` the peers that are
# measured beside us, `setup.sh faults` what breaks the network between processes.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

here=$FISCUS_ROOT/tools/setup
python=/usr/bin/python3
openapiv2_version=v2.19.1 # the last one that Debian 12's Go 1.19 builds
helm_version=v3.12.3      # likewise
toxiproxy_version=v2.5.0  # likewise

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    die "packages are missing ($*), and this needs root: run as root, or as a user whose sudo asks for no password"
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# The packages' own PostgreSQL and Redis stay off: we run private ones. policy-rc.d is Debian's way to say so.
install_packages() {
  local missing policy=/usr/sbin/policy-rc.d made_policy=
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  command -v apt-get >/dev/null || die "apt-get not found: Fiscus is built on Debian 12; missing: ${missing[*]}"
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    made_policy=yes
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  local failed=
  as_root "${apt[@]}" update >&2 || say "apt-get update failed: trying with the lists that are here"
  as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" >&2 || failed=yes
  [ -z "$made_policy" ] || as_root rm -f $policy
  [ -z "$failed" ] || die "apt-get could not install: ${missing[*]}"
  # A service that came in with us must not start at the next boot either.
  if command -v systemctl >/dev/null; then
    case " ${missing[*]} " in *" postgresql-15 "*) as_root systemctl disable -q postgresql 2>/dev/null || true ;; esac
    case " ${missing[*]} " in *" redis-server "*) as_root systemctl disable -q redis-server 2>/dev/null || true ;; esac
  fi
}

install_venv() {
  if fresh venv "$here/requirements.txt" $python && [ -x "$FISCUS_VENV/bin/python" ]; then return 0; fi
  say "Making the Python environment in $FISCUS_VENV"
  $python -m venv --clear "$FISCUS_VENV"
  "$FISCUS_VENV/bin/pip" install -q --disable-pip-version-check --no-input --only-binary :all: \
    --cache-dir "$FISCUS_CACHE/pip" -r "$here/requirements.txt" || die "pip could not install $here/requirements.txt"
  stamp venv "$here/requirements.txt" $python
}

# google/api and google/rpc are in no Debian package; the wheel carries the .proto files beside its Python modules.
install_googleapis() {
  local from part
  if fresh googleapis "$here/requirements.txt" && [ -f "$FISCUS_GOOGLEAPIS/google/rpc/error_details.proto" ]; then return 0; fi
  from=$("$FISCUS_VENV/bin/python" -c 'import google.api.http_pb2 as m, os; print(os.path.dirname(os.path.dirname(m.__file__)))')
  for part in api rpc type; do
    mkdir -p "$FISCUS_GOOGLEAPIS/google/$part"
    cp -u "$from/$part"/*.proto "$FISCUS_GOOGLEAPIS/google/$part/"
  done
  stamp googleapis "$here/requirements.txt"
}

install_kafka() {
  local pom=$FISCUS_ROOT/tools/stack/kafka/pom.xml
  if fresh kafka "$pom" && compgen -G "$FISCUS_KAFKA_LIBS/kafka_2.13-*.jar" >/dev/null; then return 0; fi
  say "Fetching the Kafka broker's jars"
  rm -rf "$FISCUS_KAFKA_LIBS" "$FISCUS_KAFKA_LIBS.new"
  mvn -q -B -Dstyle.color=never -f "$pom" -Dmaven.repo.local="$FISCUS_CACHE/m2" dependency:copy-dependencies -DoutputDirectory="$FISCUS_KAFKA_LIBS.new" >&2 ||
    die "Maven could not fetch the jars of $pom"
  mv "$FISCUS_KAFKA_LIBS.new" "$FISCUS_KAFKA_LIBS"
  stamp kafka "$pom"
}

# go_tool MODULE VERSION [FLAG…]: builds a Go program into $FISCUS_CACHE/bin. Go from Debian serves if the machine has none.
go_tool() {
  local module=$1 version=$2 bin=$FISCUS_CACHE/bin/${1##*/} minor
  shift 2
  [ "$(cat "$bin.version" 2>/dev/null)" = "$version" ] && [ -x "$bin" ] && return 0
  minor=$({ go env GOVERSION 2>/dev/null || true; } | sed -n 's/^go1\.\([0-9]*\).*/\1/p') # a machine without Go is no failure
  [ "${minor:-0}" -ge 19 ] || install_packages golang-go
  say "Building ${module##*/} $version"
  env GOBIN="$FISCUS_CACHE/bin" GOPATH="$FISCUS_CACHE/go" GOCACHE="$FISCUS_CACHE/go/build" GOFLAGS="-buildvcs=false -modcacherw" \
    go install "$@" "$module@$version" >&2 || die "Go could not build ${module##*/}"
  rm -rf "$FISCUS_CACHE/go"
  echo "$version" >"$bin.version"
}

# For `tools/dev faults` and the tests of it. Its module calls the program "server".
install_toxiproxy() {
  local bin=$FISCUS_CACHE/bin
  [ "$(cat "$bin/toxiproxy.version" 2>/dev/null)" = "$toxiproxy_version" ] && [ -x "$bin/toxiproxy" ] && return 0
  go_tool github.com/Shopify/toxiproxy/v2/cmd/server $toxiproxy_version
  mv "$bin/server" "$bin/toxiproxy"
  mv "$bin/server.version" "$bin/toxiproxy.version"
}

install_openapi() { go_tool github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2 $openapiv2_version; }

# For `tools/dev check helm` only: building Helm takes minutes, and nothing else needs it. The flags are those of its releases: they
# say which Kubernetes it takes for the target when it has none to ask.
install_helm() {
  local in=helm.sh/helm/v3/pkg
  go_tool helm.sh/helm/v3/cmd/helm $helm_version -ldflags "-s -w \
    -X $in/chartutil.k8sVersionMajor=1 -X $in/chartutil.k8sVersionMinor=27 \
    -X $in/lint/rules.k8sVersionMajor=1 -X $in/lint/rules.k8sVersionMinor=27"
  local wheels=$FISCUS_CACHE/helm-python
  if fresh helm-python "$here/requirements-helm.txt" $python && [ -d "$wheels" ]; then return 0; fi
  say "Fetching the wheels that check rendered manifests"
  rm -rf "$wheels"
  "$FISCUS_VENV/bin/pip" install -q --disable-pip-version-check --no-input --only-binary :all: --target "$wheels" \
    --cache-dir "$FISCUS_CACHE/pip" -r "$here/requirements-helm.txt" || die "pip could not install $here/requirements-helm.txt"
  stamp helm-python "$here/requirements-helm.txt" $python
}

# For `tools/dev coverage` and `mutate` only; apart from the other wheels, whose versions it must not bend.
install_strength() {
  local env=$FISCUS_CACHE/strength
  if fresh strength "$here/requirements-strength.txt" $python && [ -x "$env/bin/gcovr" ]; then return 0; fi
  say "Making the Python environment in $env"
  rm -rf "$env"
  $python -m venv "$env"
  "$env/bin/pip" install -q --disable-pip-version-check --no-input --cache-dir "$FISCUS_CACHE/pip" \
    -r "$here/requirements-strength.txt" || die "pip could not install $here/requirements-strength.txt"
  stamp strength "$here/requirements-strength.txt" $python
}

# For `tools/dev bench` only: the monitor's peer, a Kafka Streams job, and its jars.
install_kstreams() {
  local from=$FISCUS_ROOT/tests/bench/peers/kstreams to=$FISCUS_CACHE/kstreams sources
  mapfile -t sources < <(find "$from" -type f | LC_ALL=C sort)
  if fresh kstreams "${sources[@]}" && [ -d "$to/libs" ]; then return 0; fi
  command -v javac >/dev/null || install_packages openjdk-17-jdk-headless
  say "Building the Kafka Streams peer"
  rm -rf "$to"
  mvn -q -B -Dstyle.color=never -f "$from/pom.xml" -Dmaven.repo.local="$FISCUS_CACHE/m2" -DbuildDirectory="$to" package \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$to/libs" >&2 || die "Maven could not build the Kafka Streams peer"
  stamp kstreams "${sources[@]}"
}

main() {
  make_cache
  exec 9>"$FISCUS_CACHE/setup.lock"
  flock 9 # two clones set up at once: the second waits and finds everything done
  local packages
  mapfile -t packages < <(sed 's/#.*//; /^[[:space:]]*$/d' "$here/packages.txt")
  install_packages "${packages[@]}"
  install_venv
  install_googleapis
  install_kafka
  install_openapi
  case " $* " in *" helm "*) install_helm ;; esac
  case " $* " in *" strength "*) install_strength ;; esac
  case " $* " in *" bench "*) install_kstreams ;; esac
  case " $* " in *" faults "*) install_toxiproxy ;; esac
}

main "$@"
