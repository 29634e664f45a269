// Package powercut is a disk for tests, from which the power can be taken at any moment. A program
// works on its mount as on any folder; every operation is recorded, and [Recording.Cut] says what
// would be on the disk if the power had failed after so many of them.
//
//	the program under test (a child) ─► kernel ─► Disk (FUSE, in the test) ─► Recording
//	                                                                             │ Cut(after n operations, chance)
//	                                                                             ▼
//	                                                           files as they may be found afterwards
//
// What was flushed is there. Of what was not, each sector of 512 bytes is there or not, by chance
// and for itself: so writes are lost, torn and reordered. The size of a file is lost or kept like a
// write. What was done to names in a folder and not flushed is kept up to some point, in its order,
// as journaling file systems do. One recording can be cut thousands of times.
//
// With a lying disk nothing that was flushed is any safer than the rest. Whoever tests for power
// cuts shows with it that the test can fail.
//
// A process must not work on a mount that it serves itself: it could wait for itself for ever.
package powercut
