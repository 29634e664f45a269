package pos

import "time"

// Role is what a person may do. Each role may do all that the ones before it may.
type Role int8

// The roles.
const (
	Cashier Role = iota + 1
	Manager
	Owner
)

// String is the role's name in JSON.
func (r Role) String() string { return nameAt(roleNames[:], int(r)) }

var roleNames = [...]string{"none", "cashier", "manager", "owner"}

// StaffAct is what an event of a person says, as far as its kind needs it.
type StaffAct struct {
	Name string // added
	Role Role   // added, role
	Why  string // signed out: "key", "idle", "left"
}

// Person is somebody who works at the tills: what the events of one record amount to. A PIN is not
// among them, nor anything to try one by: those stand in a file of their own.
type Person struct {
	ID   StaffID
	Name string
	Role Role
	Left bool

	Added    Step
	SignedIn bool
	Refusals []time.Time // wrong PINs since the last right one
}

// The lock after wrong PINs: from the fifth in a row on, a minute, and twice as long for each
// further one, up to a day.
const (
	freePINs   = 5
	firstLock  = time.Minute
	longestPIN = 24 * time.Hour
)

// ErrLeft refuses what a person does who has left.
var ErrLeft error = &LocalizedError{"This person no longer works here.", "Mtu huyu hafanyi kazi hapa tena."}

// What the ledger refuses of people.
var (
	ErrFirstOwner error = &LocalizedError{"The first person to be added must be an owner.", "Mtu wa kwanza kuongezwa lazima awe mwenye duka."}
	ErrAdder      error = &LocalizedError{"Only somebody who works here can add a person.", "Anayefanya kazi hapa pekee ndiye anaweza kuongeza mtu."}
	ErrName       error = &LocalizedError{"Give the person a name that nobody else here has.", "Mpe mtu jina ambalo hakuna mwingine hapa analo."}
	ErrRole       error = &LocalizedError{"Choose a role: cashier, manager or owner.", "Chagua wajibu: keshia, meneja au mwenye duka."}
)

// Apply is the person after the event e. What cannot be changes nothing.
func (p Person) Apply(e Event) Person {
	act := e.Staff
	if act == nil {
		act = &StaffAct{}
	}
	if e.Kind == EventStaffAdded && p.ID == "" {
		return Person{ID: StaffID(e.Attempt), Name: act.Name, Role: act.Role, Added: Step{e.At, e.By}}
	}
	switch e.Kind {
	case EventRoleSet:
		p.Role = act.Role
	case EventStaffLeft:
		p.Left, p.SignedIn = true, false
	case EventSignedIn:
		p.SignedIn, p.Refusals = true, nil
	case EventSignedOut:
		p.SignedIn = false
	case EventPINRefused:
		p.Refusals = append(p.Refusals[:len(p.Refusals):len(p.Refusals)], e.At)
	case EventPINsReset:
		p.Refusals = nil
	}
	return p
}

// LockedUntil is when the person may try a PIN again, anywhere; zero where nothing is locked.
func (p Person) LockedUntil() time.Time {
	n := len(p.Refusals)
	if n < freePINs {
		return time.Time{}
	}
	lock := longestPIN
	if more := n - freePINs; more < 11 { // a minute doubled eleven times is more than a day
		lock = firstLock << more
	}
	return p.Refusals[n-1].Add(lock)
}

// May reports whether the person may do what needs the role.
func (p Person) May(needs Role) bool { return !p.Left && p.Role >= needs }
