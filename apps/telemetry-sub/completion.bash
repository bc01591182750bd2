# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_sub() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -k|--kind) COMPREPLY=($(compgen -W "frame packet parameter alarm audit metric event heartbeat" -- "$word")); return ;;
        -f|--format) COMPREPLY=($(compgen -W "text jsonl" -- "$word")); return ;;
        --color) COMPREPLY=($(compgen -W "auto always never" -- "$word")); return ;;
        -c|--connect) COMPREPLY=($(compgen -W "tcp://127.0.0.1:5556" -- "$word")); return ;;
        --ask) COMPREPLY=($(compgen -W "alarms values dictionary status" -- "$word")); return ;;
        --control) COMPREPLY=($(compgen -W "tcp://127.0.0.1:5557" -- "$word")); return ;;
        -o|--output) _telemetry_add_files "$word"; return ;;
        -s|--station)
            _telemetry_add_stations "$word"; return ;;
        --source|--bytes|-n|--count|--seconds) COMPREPLY=(); return ;;
    esac
    COMPREPLY=($(compgen -W "--connect --kind --station --source --format --output --bytes --color
        --count --seconds --ask --control --fail-on-loss --quiet --help --version" -- "$word"))
}
complete -o filenames -F _telemetry_sub telemetry-sub
