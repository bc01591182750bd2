# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_decode() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -f|--format) COMPREPLY=($(compgen -W "jsonl kiss hex pcap" -- "$word")); return ;;
        --input-format) COMPREPLY=($(compgen -W "wav sigmf cf32 ci16 ci8 cu8 f32 s16" -- "$word")); return ;;
        --stations) _telemetry_add_files "$word" -d; return ;;
        -o|--output) _telemetry_add_files "$word"; return ;;
        --rate|--frequency|--start-time|--downlink|-j|--jobs) COMPREPLY=(); return ;;
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--format --output --stations --downlink --iq --rate --frequency
            --input-format
            --start-time --jobs --verbose --help --version" -- "$word"))
    else
        _telemetry_add_files "$word"
        _telemetry_add_stations "$word"
    fi
}
complete -o filenames -F _telemetry_decode telemetry-decode
