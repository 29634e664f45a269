// Package simtest tries to make the till lie. It holds tests only: nothing of it is in the product.
// A law about money belongs here, and the mischief that tries to break it.
//
// A world is a shop for three days in virtual time, inside one testing/synctest bubble. The till in
// it is the real one, wired as package shop does it; only the wire and the clock are simulated, and
// the disk can be made to refuse.
//
//	cashier ──► pos.Till ──► disk ──► store.Ledger on a real bbolt file
//	   ▲         │    ▲
//	 screen ◄────┘    │ tunnel.Server ◄───────── callbacks: never, late, often, wrong, forged
//	             │    └──────────────────────────────┐
//	             ▼                                   │
//	       daraja.Client ──► line ──► Daraja ──► M-PESA ──► customers
//	                                    answers lost, late, unclear, refused, untrue
//
// Everything at the edges plays mischief: customers pay, cancel, mistype, ignore and pay too late;
// Daraja loses, delays and garbles, lets a query call a paid push failed, forgets the token; the
// cashier presses any key at any time; strangers forge callbacks; the disk fails; and the till's
// process is killed at any step, which is before or after each write to its disk and each write to
// and read from the network (process.step), and started again on the same ledger.
//
// In a share of the worlds the machine's clock is set, and the ledger is moved away and back, while
// all that goes on (machine_test.go).
//
// In a share of the worlds the ledger also forgets its customers' numbers, minutes or hours after
// the payments and while others go on (forget_test.go): no law may notice, but for the stars where
// a number stood. And some ledgers are verified whole at the end.
//
// Some cashiers are programs that ask with a key of their own (pos.Request.Once), until they hear
// of an attempt and long after it: they get the attempt of the first request, whatever was killed
// meanwhile.
//
// M-PESA keeps the truth (push, in push_test.go), the world reads along as the till writes its disk
// (row, in book_test.go), and the laws compare the two at every step: they are listed at the head
// of laws_test.go. There is one lie that M-PESA does not tell, that something unpaid was paid, and
// one thing that Daraja does not do, send the callback of another payment to an address whose push
// the till has no ids of yet: no till could know better.
//
// # Seeds
//
// What happens is drawn from one number. Every customer, push, query and write has dice of its own,
// made of that number and its name, all times are drawn to the nanosecond, and so a world is the
// same each time, line by line (TestReplay), and its first ten sales are nearly the same in a world
// of ten as in one of a hundred. When a law is broken, the smallest such world is looked for, and
// its history printed with the command that plays it again:
//
//	go test ./pos/simtest -run 'TestWorld$' -world.seed=N -world.sales=M
//
// A plain go test draws a new seed each time. -world.sales=N tries more, -world.for=1h goes on for
// an hour:
//
//	go test ./pos/simtest -run 'TestWorld$' -world.for=1h -timeout=0 -v
//
// TestPlantedFaults shows that all this can fail: it plants one mistake after the other into the
// till, and each must be found, by the law that it breaks. Each is a build of its own, so that it
// is asked for:
//
//	go test ./pos/simtest -faults
//
// A plain go test holds no more of them than that each still has its place in the source and
// compiles there.
package simtest
