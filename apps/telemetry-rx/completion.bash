# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_rx() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -c|--config) _telemetry_add_files "$word"; return ;;
        --stations|--record|--alarm-states) _telemetry_add_files "$word" -d; return ;;
        --station) _telemetry_add_stations "$word"; return ;;
        --input-format) COMPREPLY=($(compgen -W "auto wav sigmf cf32 ci16 ci8 cu8 f32 s16" -- "$word")); return ;;
        --payload) COMPREPLY=($(compgen -W "cf32 ci16 f32 s16" -- "$word")); return ;;
        --header) COMPREPLY=($(compgen -W "none seq seq_size" -- "$word")); return ;;
        --socket) COMPREPLY=($(compgen -W "sub pull" -- "$word")); return ;;
        --attach) COMPREPLY=($(compgen -W "connect bind" -- "$word")); return ;;
        --clock) COMPREPLY=($(compgen -W "auto utc arrival" -- "$word")); return ;;
    esac
    if [[ $word == -* ]]; then
        # The options come from the field tables, so they are asked for rather than listed again.
        COMPREPLY=($(compgen -W "$(telemetry-rx --help 2>/dev/null | grep -oE '^ +(-., ?)?--[a-z-]+' | grep -oE -- '--[a-z-]+')" -- "$word"))
    else
        _telemetry_add_files "$word"
        _telemetry_add_stations "$word"
    fi
}
complete -o filenames -F _telemetry_rx telemetry-rx
