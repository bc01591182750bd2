# SPDX-License-Identifier: GPL-3.0-or-later
_telemetry_station() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    case $previous in
    --as) mapfile -t COMPREPLY < <(compgen -W "iq fm real" -- "$current"); return ;;
    --between) mapfile -t COMPREPLY < <(compgen -W "silence idle" -- "$current"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "cf32 ci16 ci8 cu8 f32 s16 wav sigmf" -- "$current"); return ;;
    --stations) _telemetry_add_files "$current" -d; return ;;
    --content) mapfile -t COMPREPLY < <(compgen -W "host random" -- "$current"); _telemetry_add_files "$current"; return ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "--help --version --stations --downlink --content --size --from --to
            --bt --rolloff --interval --between --preamble --frames --seconds --realtime --as --rate --format
            --carrier --full-scale --es-n0 --offset --drift --wander --wander-period --clock-error --fade --fade-period --dropout
            --dropout-period --seed --log --quiet" -- "$current")
    else
        _telemetry_add_files "$current"
        _telemetry_add_stations "$current"
    fi
}
complete -o filenames -F _telemetry_station telemetry-station
