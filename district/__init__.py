"""One district on one machine: embedded servers, sample district, demo, and the operator's command `./tanggap`."""
