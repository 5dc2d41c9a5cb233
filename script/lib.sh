# Shared by the scripts of this folder (POSIX sh): a virtual environment filled from the lock file.
# Sourced from the repository's root; every step may be interrupted and is finished by the next run.

PYTHON_OLDEST=11

# The programs are compiled once, not at every start, and where they can be written whatever this shell asks of Python.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="${PYTHONPYCACHEPREFIX:-$PWD/.cache/bytecode}"

say() { printf '%s\n' "$*" >&2; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# apt_install PACKAGE...: as root on Debian or Ubuntu; false where that is not possible.
apt_install() {
    is_root && command -v apt-get >/dev/null 2>&1 || return 1
    say "installing $* ..."
    apt_log=$(mktemp)
    if ! { apt-get -o DPkg::Lock::Timeout=300 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; } \
        >"$apt_log" 2>&1 </dev/null; then
        tail -n 5 "$apt_log" >&2
        rm -f "$apt_log"
        return 1
    fi
    rm -f "$apt_log"
}

runs_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < (3, $PYTHON_OLDEST))" >/dev/null 2>&1
}

# Prints a Python of 3.11 or later: $PYTHON if it is set, else the first found.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        runs_new_enough "$PYTHON" || return 1
        printf '%s\n' "$PYTHON"
        return 0
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 && runs_new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

make_venv() {
    if ! python=$(find_python); then
        apt_install python3 python3-venv || apt_install python3.11 python3.11-venv || true
        python=$(find_python) ||
            fail "Python 3.$PYTHON_OLDEST or later is missing: install the packages python3 and python3-venv."
    fi
    if ! makes_venvs "$python"; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        apt_install "$version-venv" || apt_install python3-venv || true
        makes_venvs "$python" ||
            fail "$version cannot make virtual environments: install the package $version-venv."
    fi
    say "making .venv with $("$python" --version 2>&1) ..."
    rm -rf .venv
    "$python" -m venv .venv || fail "making .venv failed."
}

# A registry that was set for pip is meant for this installation too.
follow_pip_settings() {
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null)} || index=
        [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    fi
    [ -z "${PIP_CERT:-}" ] || [ -n "${SSL_CERT_FILE:-}" ] || export SSL_CERT_FILE="$PIP_CERT"
    export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
}

# pinned NAME: that package's lines of the lock file, hashes and all.
pinned() {
    awk -v name="$1" '$0 ~ "^" name "==" { on = 1 } on { print } on && !/\\$/ { exit }' requirements.lock
}

pip_install() {
    .venv/bin/python -m pip install --disable-pip-version-check --no-input --quiet "$@" </dev/null
}

has_pinned_uv() {
    wanted=$(pinned uv | awk 'NR == 1 { sub(/^uv==/, "", $1); print $1 }')
    [ -n "$wanted" ] && [ "$(.venv/bin/uv --version 2>/dev/null | awk '{ print $2 }')" = "$wanted" ]
}

bring_uv() {
    has_pinned_uv && return 0
    pinned uv >.venv/uv.lock.txt
    pip_install --require-hashes --only-binary :all: -r .venv/uv.lock.txt && has_pinned_uv
}

# install_pinned EXTRA...: what setup.cfg asks for, at the versions and hashes of the lock file; then the project itself.
install_pinned() {
    follow_pip_settings
    if bring_uv && uv_install "$@"; then
        return 0
    fi
    say "uv is not to be had here; pip takes a minute or two longer ..."
    pip_install --require-hashes -r requirements.lock &&
        pip_install --no-deps --no-build-isolation --editable .
}

uv_install() {
    extras=
    for extra in build "$@"; do extras="$extras --extra $extra"; done
    # shellcheck disable=SC2086 # one word for each extra
    .venv/bin/uv pip install --quiet --python .venv/bin/python --constraint requirements.lock --verify-hashes \
        --requirement setup.cfg $extras </dev/null &&
        .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation \
            --editable . </dev/null
}

wanted_state() { cat requirements.lock setup.cfg pyproject.toml script/lib.sh | cksum; }

# install NAME EXTRA...: .venv with the extras; at once where the set NAME was installed from these same files before.
install() {
    name=$1
    shift
    state="$(wanted_state) $(pwd)"
    if [ -x .venv/bin/python ] && [ ! -e .venv/installing ] &&
        [ "$(cat ".venv/installed-$name" 2>/dev/null)" = "$state" ]; then
        compile_translations
        return 0
    fi
    mkdir -p .cache 2>/dev/null && [ -w . ] && [ -w .cache ] || fail "$(pwd) cannot be written by $(id -un)."
    (
        if command -v flock >/dev/null 2>&1; then flock 9; fi
        if [ -e .venv/installing ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
            ! runs_new_enough .venv/bin/python; then
            make_venv
        fi
        : >.venv/installing
        say "installing from requirements.lock ..."
        install_pinned "$@" || fail "installing failed; what stands above says why. Run it again to go on."
        printf '%s\n' "$state" >".venv/installed-$name"
        rm -f .venv/installing
    ) 9>.cache/install.lock || exit 1
    compile_translations
}

# The catalogues (.po) are kept in the repository; what the program reads (.mo) is made from them where it is older.
compile_translations() {
    for catalogue in responder/translations/*/LC_MESSAGES/messages.po; do
        [ -f "$catalogue" ] || continue
        compiled=${catalogue%.po}.mo
        if [ ! -f "$compiled" ] || [ -n "$(find "$catalogue" -newer "$compiled")" ]; then
            .venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "$compiled.new" &&
                mv "$compiled.new" "$compiled" || fail "$catalogue cannot be compiled."
        fi
    done
}
