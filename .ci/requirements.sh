# What building and testing need, and how to get it. Sourced by s2wmp, test and .ci/run.

# Debian and Ubuntu packages: C libraries with headers, and pkg-config, which finds them.
build_packages="libpcap-dev libssl-dev libsqlite3-dev zlib1g-dev pkg-config"
# Programs that tests compare with or drive.
test_packages="tshark tcpdump tmux iproute2 python3 openssl"

require_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    echo "s2wmp: Swift 6.1 or newer is needed to build: install it from https://www.swift.org/install and put its bin folder on PATH." >&2
    exit 3
  fi
}

# Installs the packages that are missing; says which, and uses sudo when not root.
require_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    if ! pkg-config --exists libpcap libcrypto sqlite3 zlib 2>/dev/null; then
      echo "s2wmp: this system has no apt: install the development packages of libpcap, OpenSSL 3, SQLite and zlib, and pkg-config, then run this again." >&2
      exit 3
    fi
    return 0
  fi
  missing=""
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "s2wmp: installing$missing (apt-get)" >&2
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "s2wmp: as root, run: apt-get install$missing" >&2
      exit 3
    fi
    as_root="sudo"
  fi
  # Lists may be missing or old on a fresh machine: refresh them when the first try fails.
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y $missing >&2 && return 0
  $as_root apt-get update >&2
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y $missing >&2
}

# Installs PyPI packages that are missing. Where that is impossible, the check that needs them says so and is skipped.
require_python() {
  for package in "$@"; do
    python3 -c "import $package" 2>/dev/null && continue
    echo "s2wmp: installing $package (pip)" >&2
    python3 -m pip install --quiet "$package" >&2 || python3 -m pip install --quiet --break-system-packages "$package" >&2 || true
  done
}
