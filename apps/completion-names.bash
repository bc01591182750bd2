# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in front of each program's completion.bash when that is installed.

# What COMP_WORDS has is as typed: without quotes, and backslashes in front of spaces.
_telemetry_unquoted() {
    local word=${1#[\"\']}
    printf '%s' "${word//\\/}"
}

# Adds to COMPREPLY the names of stations that begin with the word. They ignore case, and may have
# spaces, which `complete -o filenames` quotes.
_telemetry_add_stations() {
    local word name
    word=$(_telemetry_unquoted "$1")
    while IFS= read -r name; do
        [[ ${name,,} == "${word,,}"* ]] && COMPREPLY+=("$name")
    done < <(telemetry-check --list-names 2>/dev/null)
}

# Adds the files, or with -d the folders, that begin with the word.
_telemetry_add_files() {
    local name
    while IFS= read -r name; do
        COMPREPLY+=("$name")
    done < <(compgen "${2:--f}" -- "$(_telemetry_unquoted "$1")")
}
