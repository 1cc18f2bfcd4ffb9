#!/bin/sh
# The night of a shop: bank statements, invoices, reminders, a look at the books. Each step runs whatever became of the
# one before. Nothing is printed unless something is wrong; the exit status is that of the last step that failed.
#
#   nightly.sh [DIRECTORY]     statements of banks and payment providers lie in DIRECTORY/in and go to DIRECTORY/done,
#                              each under the moment at which it was taken in

inbox=${1:-$HOME/bank}
failed=0

if ! [ -d "$inbox/in" ]; then
    echo "error: there is no directory $inbox/in for the statements of the bank" >&2
    echo "hint:  mkdir -p $inbox/in" >&2
    exit 3
fi
mkdir -p "$inbox/done" || exit

step() {
    shopctl "$@" --yes -q
    status=$?
    case $status in
    0 | 75) ;; # 75: another run is at work, or try later; the next night does
    4 | 78) exit $status ;; # nobody is signed in, or the settings are wrong: nothing else would work
    *) failed=$status ;;
    esac
    return $status
}

for file in "$inbox"/in/*; do
    [ -f "$file" ] || continue
    step payment import --from "$file" && mv "$file" "$inbox/done/$(date +%Y%m%dT%H%M%S)-${file##*/}"
done
step payment match --apply
step orders expire
step invoice create --all --confirm --send
step reminder run --queue-only
step email send
step db check

exit $failed
