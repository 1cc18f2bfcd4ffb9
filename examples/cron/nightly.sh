#!/bin/sh
# The night of a shop: bank statements, invoices, reminders, a look at the books. Each step runs whatever became of the
# one before. Nothing is printed unless something is wrong; the exit status is that of the last step that failed.
#
#   nightly.sh [DIRECTORY]     statements of banks and payment providers lie in DIRECTORY/in and go to DIRECTORY/done

inbox=${1:-$HOME/bank}
failed=0

step() {
    shopctl "$@" --yes -q
    status=$?
    case $status in
    0 | 75) ;; # 75: another run is at work, or try later; the next night does
    *) failed=$status ;;
    esac
    return $status
}

for file in "$inbox"/in/*; do
    [ -f "$file" ] || continue
    step payment import --from "$file" && mv "$file" "$inbox/done/"
done
step payment match --apply
step orders expire
step invoice create --all --confirm --send
step reminder run --queue-only
step email send
shopctl db check -q || failed=$?

exit $failed
