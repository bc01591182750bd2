# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_check() {
    local word=${COMP_WORDS[COMP_CWORD]}
    if [[ ${COMP_WORDS[COMP_CWORD-1]} == --stations ]]; then
        _telemetry_add_files "$word" -d
    elif [[ ${COMP_WORDS[COMP_CWORD-1]} == --convert ]]; then
        COMPREPLY=($(compgen -W "xtce yaml csv" -- "$word"))
    elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--import-satyaml --list --list-names --reference --stations --convert --explain
            --container --quiet --help --version" -- "$word"))
    else
        _telemetry_add_files "$word"
    fi
}
complete -o filenames -F _telemetry_check telemetry-check
