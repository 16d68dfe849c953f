# What bash would complete: `complete.sh COMPLETION-SCRIPT WORD...`, the last word being what was begun.
script=$1
shift
. "$script"
set -- ext2walk "$@"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
_ext2walk ext2walk "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
