// What Swift cannot say to umockdev and usbfs itself: GObject's signals and references, and requests
// that are defined by macros.
#ifndef PEAKGATE_CUMOCKDEV_SHIM_H
#define PEAKGATE_CUMOCKDEV_SHIM_H

#include <stdbool.h>
#include <sys/ioctl.h>
#include <umockdev.h>
// After ioctl.h, whose macros it uses.
#include <linux/usbdevice_fs.h>

// Takes a request of a program that has the device's file open; false when it is unknown. Runs on
// umockdev's own thread.
typedef bool (*usbfs_request)(void *context, UMockdevIoctlClient *file);
// The file was closed, or its program has ended; its pointer is a name only. The same thread.
typedef void (*usbfs_closed)(void *context, UMockdevIoctlClient *file);

// A handler for one device node; the caller owns it, and keeps the context alive as long.
UMockdevIoctlBase *usbfs_handler(usbfs_request request, usbfs_closed closed, void *context);

void *usbfs_retain(void *object);
void usbfs_release(void *object);

// Makes a FIFO of one page, which one byte fills; its descriptor, or -1 and errno.
int usbfs_make_fifo(const char *path);

static const unsigned long usbfsControl = USBDEVFS_CONTROL;
static const unsigned long usbfsSetInterface = USBDEVFS_SETINTERFACE;
static const unsigned long usbfsSetConfiguration = USBDEVFS_SETCONFIGURATION;
static const unsigned long usbfsGetDriver = USBDEVFS_GETDRIVER;
static const unsigned long usbfsSubmitURB = USBDEVFS_SUBMITURB;
static const unsigned long usbfsDiscardURB = USBDEVFS_DISCARDURB;
static const unsigned long usbfsReapURB = USBDEVFS_REAPURB;
static const unsigned long usbfsReapURBNoDelay = USBDEVFS_REAPURBNDELAY;
static const unsigned long usbfsClaimInterface = USBDEVFS_CLAIMINTERFACE;
static const unsigned long usbfsReleaseInterface = USBDEVFS_RELEASEINTERFACE;
static const unsigned long usbfsConnectInfo = USBDEVFS_CONNECTINFO;
static const unsigned long usbfsDriverRequest = USBDEVFS_IOCTL;
static const unsigned long usbfsReset = USBDEVFS_RESET;
static const unsigned long usbfsClearHalt = USBDEVFS_CLEAR_HALT;
static const unsigned long usbfsGetCapabilities = USBDEVFS_GET_CAPABILITIES;
static const unsigned long usbfsDisconnectClaim = USBDEVFS_DISCONNECT_CLAIM;
static const unsigned long usbfsGetSpeed = USBDEVFS_GET_SPEED;

#endif
