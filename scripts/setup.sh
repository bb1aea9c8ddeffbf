#!/bin/sh
# Prepares an environment from a lock and prints where it is:  sh scripts/setup.sh demo | dev | all
# Needs Python alone; uses uv where there is one. When the lock is unchanged it only compares two files.
set -eu
cd "$(dirname "$0")/.."

set=$1
case $set in
    dev) venv=.venv ;;
    demo | all) venv=.venv-$set ;;
    *) echo "setup: demo, dev or all, not '$set'" >&2; exit 2 ;;
esac

say() { echo "$*" >&2; }

stamp() {  # what an environment was made from: this place and this lock
    pwd
    cat "requirements/$1.txt" scripts/setup.sh
}

ready() {  # environment, lock
    [ -x "$1/bin/python" ] && [ -f "$1/.fagtraad" ] && stamp "$2" | cmp -s - "$1/.fagtraad"
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if command -v "$name" >/dev/null && new_enough "$name"; then echo "$name"; return; fi
    done
    return 1
}

have_uv() { [ -z "${NO_UV:-}" ] && uv --version >/dev/null 2>&1; }

no_python() {
    found=$(python3 --version 2>/dev/null || echo 'no python3')
    say "Fagtråd needs Python 3.11 or newer; found: $found."
    say "  macOS          brew install python@3.13"
    say "  Debian, Ubuntu sudo apt install python3 python3-venv   (Debian 12, Ubuntu 24.04 and later)"
    say "  Fedora, RHEL   sudo dnf install python3.12"
    say "  elsewhere      uv (Astral), which brings a Python of its own"
    say "Then run the same command again; PYTHON=/path/to/python3 chooses one."
    exit 1
}

make_venv() {
    say "Setting up $venv (the first time takes a minute or two) …"
    if have_uv; then
        uv venv --quiet --clear --no-config --python "$(find_python || echo '>=3.11')" "$venv" >&2 || no_python
    else
        python=$(find_python) || no_python
        "$python" -m venv --clear "$venv" >&2 || {
            say "Python could not make an environment. On Debian and Ubuntu: sudo apt install python3-venv"
            exit 1
        }
    fi
}

install() {
    lock=requirements/$set.txt
    say "Installing $(grep -c '==' "$lock") packages from $lock …"
    if have_uv; then
        uv pip install --quiet --python "$venv/bin/python" --require-hashes -r "$lock" >&2
    else
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" >&2
    fi
}

# Fagtråd runs from the checkout: a path file instead of a build, and the command `fagtraad`.
link_checkout() {
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    pwd > "$site/fagtraad.pth"
    cat > "$venv/bin/fagtraad" <<END
#!/bin/sh
exec "$(pwd)/$venv/bin/python" -m bot "\$@"
END
    chmod +x "$venv/bin/fagtraad"
}

# Whoever develops has all that the demo needs.
if [ "$set" = demo ] && ready .venv dev; then echo .venv; exit; fi

if ! ready "$venv" "$set"; then
    rm -f "$venv/.fagtraad"
    if ! { [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python"; }; then make_venv; fi
    install
    link_checkout
    stamp "$set" > "$venv/.fagtraad"
    say "Ready: $venv"
fi
echo "$venv"
