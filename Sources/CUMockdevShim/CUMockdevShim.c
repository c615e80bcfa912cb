#define _GNU_SOURCE
#include "CUMockdevShim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  usbfs_request request;
  usbfs_closed closed;
  void *context;
} Callbacks;

static gboolean on_request(
    UMockdevIoctlBase *handler, UMockdevIoctlClient *file, gpointer callbacks) {
  const Callbacks *c = callbacks;
  return c->request(c->context, file);
}

// umockdev tells nobody that a file was closed, but then lets go of it.
static void on_release(gpointer callbacks, GObject *file) {
  const Callbacks *c = callbacks;
  c->closed(c->context, (UMockdevIoctlClient *)file);
}

static void on_open(UMockdevIoctlBase *handler, UMockdevIoctlClient *file, gpointer callbacks) {
  g_object_weak_ref(G_OBJECT(file), on_release, callbacks);
}

UMockdevIoctlBase *usbfs_handler(usbfs_request request, usbfs_closed closed, void *context) {
  UMockdevIoctlBase *handler = umockdev_ioctl_base_new();
  Callbacks *callbacks = g_new(Callbacks, 1);
  *callbacks = (Callbacks){request, closed, context};
  // They live as long as files may: the handler can be gone before the last file is closed.
  g_signal_connect(handler, "handle-ioctl", G_CALLBACK(on_request), callbacks);
  g_signal_connect(handler, "client-connected", G_CALLBACK(on_open), callbacks);
  return handler;
}

void *usbfs_retain(void *object) { return g_object_ref(object); }
void usbfs_release(void *object) { g_object_unref(object); }

int usbfs_make_fifo(const char *path) {
  if (mkfifo(path, 0660) != 0) return -1;
  const int fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fifo >= 0) (void)fcntl(fifo, F_SETPIPE_SZ, (int)sysconf(_SC_PAGESIZE));
  return fifo;
}
