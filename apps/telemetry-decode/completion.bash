# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_decode() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -f|--format) COMPREPLY=($(compgen -W "jsonl kiss hex pcap" -- "$word")); return ;;
        --input-format) COMPREPLY=($(compgen -W "wav sigmf cf32 ci16 ci8 cu8 f32 s16" -- "$word")); return ;;
        --stations) COMPREPLY=($(compgen -d -- "$word")); return ;;
        -o|--output) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --rate|--frequency|--start-time|--downlink|-j|--jobs) COMPREPLY=(); return ;;
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--format --output --stations --downlink --iq --rate --frequency
            --input-format
            --start-time --jobs --verbose --help --version" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word")
            $(compgen -W "$(telemetry-check --list-names 2>/dev/null)" -- "$word"))
    fi
}
complete -o filenames -F _telemetry_decode telemetry-decode
