# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_decode() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -f|--format) COMPREPLY=($(compgen -W "jsonl kiss hex pcap raw parameters parameters-csv parameters-sqlite" -- "$word")); return ;;
        --input-format) COMPREPLY=($(compgen -W "wav sigmf cf32 ci16 ci8 cu8 f32 s16
            s8 packed unpacked raw hex kiss pcap jsonl" -- "$word")); return ;;
        --input-stage) COMPREPLY=($(compgen -W "samples symbols bits cadu frames packets" -- "$word")); return ;;
        --output-stage) COMPREPLY=($(compgen -W "frames packets" -- "$word")); return ;;
        --protocol) COMPREPLY=($(compgen -W "TM AOS USLP" -- "$word")); return ;;
        --stations) _telemetry_add_files "$word" -d; return ;;
        -o|--output|--database) _telemetry_add_files "$word"; return ;;
        --rate|--frequency|--frame-size|--modulation|--framing|--option|--start-time|--downlink|--container|-j|--jobs) COMPREPLY=(); return ;;
    esac
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--format --output --stations --downlink --iq --rate --frequency
            --input-format --input-stage --output-stage --modulation --framing --protocol --option --frame-size
            --start-time --database --container --qualified-names --jobs --verbose --help --version" -- "$word"))
    else
        _telemetry_add_files "$word"
        _telemetry_add_stations "$word"
    fi
}
complete -o filenames -F _telemetry_decode telemetry-decode
