#!/bin/sh
# The main job from a fresh database to paid invoices, each command with its answer. The PDFs stay in demo/invoices.
set -eu
cd "$(dirname "$0")/.."
rm -rf demo
mkdir demo
cp examples/shop.yaml demo/config.yaml
cat >>demo/config.yaml <<'SETTINGS'
  # No mail server: letters are put into demo/mail.
  transport: maildir
  maildir: mail
carts:
  steps: [0h, 1d, 3d]
  activated_on: 2026-01-01
SETTINGS

# Nothing outside of demo/ is read or written.
export SHOPCTL_CONFIG="$PWD/demo/config.yaml" XDG_STATE_HOME="$PWD/demo/state" XDG_CACHE_HOME="$PWD/demo/cache"
export SHOPCTL_FORCE_TTY="${SHOPCTL_FORCE_TTY:-100}" NO_COLOR="${NO_COLOR:-1}"
unset SHOPCTL_DB SHOPCTL_PROFILE SHOPCTL_FORMAT SHOPCTL_NOW SHOPCTL_TZ || true

say() {
    printf '\n$'
    for word; do
        case $word in
            *[!A-Za-z0-9@%+=:,./_-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@" 2>&1
}
chapter() {
    printf '\n── %s ' "$1"
    printf '─%.0s' $(seq $((96 - ${#1})))
    printf '\n'
}

chapter "A new shop"
printf '\n$ shopctl db init --admin anna --password-stdin < password\n'
echo "a demo password, not a real one" | shopctl db init --admin anna --password-stdin 2>&1
printf '\n$ shopctl login --user anna --password-stdin < password\n'
echo "a demo password, not a real one" | shopctl login --user anna --password-stdin 2>&1
say shopctl import data examples/shop.jsonl
say shopctl orders list
say shopctl orders list --unpaid

chapter "Case 1: paid online, so the money is there and only has to be used"
say shopctl invoice create S00101
say shopctl invoice confirm DRAFT/00001 --no-allocate
invoice=$(shopctl invoice list --order S00101 --format ids)
say shopctl invoice show "$invoice"
say shopctl payment allocate "$invoice"

chapter "Case 2: a wire transfer, confirmed by hand and registered when it comes"
say shopctl orders confirm S00103
say shopctl invoice create S00103 --confirm
invoice=$(shopctl invoice list --order S00103 --format ids)
say shopctl payment register "$invoice" --reference BANK-2026-4711

chapter "A down payment of 30 %, and the final invoice that deducts it"
say shopctl invoice create S00105 --type down-payment --percent 30 --confirm
invoice=$(shopctl invoice list --order S00105 --format ids)
say shopctl payment register "$invoice"
say shopctl invoice create S00105 --confirm
say shopctl orders show S00105

chapter "A statement of the bank: transfers find what they pay, also those registered by hand"
say shopctl payment import --from examples/bank_camt053.xml
say shopctl payment match
say shopctl payment match --apply --yes
say shopctl payment unmatched
say shopctl payment ignore LINE/00003 --reason "a fee of the bank"

chapter "A credit note of one line, and what it leaves for the customer"
invoice=$(shopctl invoice list --order S00101 --format ids)
say shopctl credit-note create "$invoice" --line 2 --reason "delivered late" --then refund --yes
say shopctl credit-note create "$invoice" --reason "returned"
say shopctl invoice show "$invoice"

chapter "Corrections: a draft edited, an invoice credited in part, another one taken back to draft"
say shopctl invoice create S00104
draft=$(shopctl invoice list --order S00104 --format ids)
say shopctl invoice edit "$draft" --set-line 1:discount=10 --note "With our apologies for the delay"
say shopctl invoice show "$draft"
say shopctl invoice confirm "$draft"
invoice=$(shopctl invoice list --order S00104 --format ids)
say shopctl credit-note create "$invoice" --percent 5 --reason "a scratch on the table top" --confirm --yes
say shopctl invoice show "$invoice"
invoice=$(shopctl invoice list --order S00103 --format ids)
say shopctl invoice reset "$invoice" --reason "one chair comes later"
say shopctl invoice edit "$invoice" --set-line 1:quantity=3
say shopctl invoice confirm "$invoice"
say shopctl payment outstanding C00002
invoice=$(shopctl invoice list --order S00101 --type regular --format ids)

chapter "An order from the shell, on hold and cancelled; one that is taken back as a whole; what nobody paid"
say shopctl orders create --customer C00002 --line DSK-140:2 --line SHIP-STD --tag office
order=$(shopctl orders list --state sent --format ids | head -n 1)
say shopctl orders hold "$order" --reason "the address is wrong"
say shopctl orders confirm "$order" --paid --reference BANK-2026-4799
say shopctl invoice create "$order" || true
say shopctl orders release "$order"
say shopctl invoice create "$order" --confirm
say shopctl orders cancel "$order" || true
say shopctl orders cancel "$order" --with credit-note,refund --reason "bought twice" --yes
say shopctl orders history "$order"
say shopctl orders expire --dry-run
say shopctl orders stats --by product --top 3

chapter "Everything else at once, and an export of Shopify"
say shopctl import shopify examples/shopify_orders.csv
say shopctl orders list --differs
say shopctl invoice create --all --confirm --yes
say shopctl payment allocate --all --auto --yes
say shopctl invoice list

chapter "Carts that were left: why, who is asked back, and one that becomes an order"
say shopctl carts abandoned
say shopctl carts abandoned --analyze
say shopctl carts abandoned --email --yes
say shopctl carts recover C-20815

chapter "On paper and by e-mail"
printf '\n$ shopctl invoice list --format ids | shopctl invoice print - -o demo/invoices\n'
shopctl invoice list --format ids | shopctl invoice print - -o demo/invoices 2>&1
say shopctl invoice send "$invoice"
say shopctl email list --queued
say shopctl email send

chapter "Reminders: who is due, what they read, and that nobody is reminded twice"
say shopctl reminder policy
say shopctl reminder list --due
say shopctl reminder preview
say shopctl reminder run --yes
say shopctl reminder run --yes
say shopctl reminder list
say shopctl email list --state sent

chapter "Do the books add up?"
say shopctl db check
say shopctl report aging
say shopctl report payments
say shopctl report reconcile
printf '\nThe shop of this demo lies in demo/demo.db, its PDFs in demo/invoices, its letters in demo/mail/new.\n'
