# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_rx() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    case $before in
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --stations|--record) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --station) COMPREPLY=($(compgen -W "$(telemetry-check --list-names 2>/dev/null)" -- "$word")); return ;;
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
        COMPREPLY=($(compgen -f -- "$word")
            $(compgen -W "$(telemetry-check --list-names 2>/dev/null)" -- "$word"))
    fi
}
complete -o filenames -F _telemetry_rx telemetry-rx
