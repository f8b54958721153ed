#!/bin/sh
# venv.sh NAME: make sure .local/venv has the packages of requirements/NAME.txt; quick when it does.
set -eu
cd "$(dirname "$0")/../.."
venv=.local/venv
wanted=requirements/$1.txt

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    cat >&2 <<EOF
Python 3.11 or later is needed; found: $(python3 --version 2>&1 || echo none).
  Debian, Ubuntu:  sudo apt-get install python3.11 python3.11-venv   (or a later one)
  Fedora:          sudo dnf install python3.12
  macOS:           brew install python@3.13
EOF
    exit 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        cat >&2 <<EOF
$version cannot make a virtual environment: its modules venv and ensurepip are missing.
  Debian, Ubuntu:  sudo apt-get install $version-venv
EOF
        exit 1
    fi
    rm -rf "$venv"
    mkdir -p .local
    "$python" -m venv "$venv"
}

# The stamp of a set is its list of packages and hashes as it was installed.
is_installed() {
    cmp -s "requirements/$1.txt" "$venv/.installed-$1"
}

# The folder of the installable client is on the path, as it is where it was installed. The path is relative to the file.
add_client_folder() {
    for packages in "$venv"/lib/python3*/site-packages; do
        [ -e "$packages/client.pth" ] || echo ../../../../../client >"$packages/client.pth"
    done
}

is_new_enough "$venv/bin/python" || make_venv
add_client_folder
if is_installed "$1" || is_installed dev; then # `dev` has all that the others have
    exit 0
fi
if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then # an interrupted one
    make_venv
    add_client_folder
fi
echo "Installing Python packages (about a minute the first time) …"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$wanted" || {
    cat >&2 <<EOF
The packages of $wanted could not be installed; pip's reason is above.
Builds exist for Python 3.11 to 3.14 on x86-64 and arm64, for Linux (glibc 2.28, musl 1.2) and macOS 13 or later. This is
$("$venv/bin/python" --version) on $(uname -sm). Elsewhere pip needs a C compiler, Rust and Python's headers.
EOF
    exit 1
}
cp "$wanted" "$venv/.installed-$1"
