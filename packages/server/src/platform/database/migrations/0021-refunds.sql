-- Stripe's refunds name the payment that they are of, not its checkout.
create index checkouts_payment_intent on checkouts (payment_intent) where payment_intent is not null;
