/* The measure of all benchmarks: libpcap reads the file, and nothing is done with a frame but adding up its captured length. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int count, char **arguments) {
  char message[PCAP_ERRBUF_SIZE];
  struct pcap_pkthdr *header;
  const u_char *bytes;
  unsigned long long frames = 0, sum = 0;
  int status;
  if (count != 2) return fprintf(stderr, "usage: bare-loop FILE\n"), 2;
  pcap_t *capture = pcap_open_offline(arguments[1], message);
  if (!capture) return fprintf(stderr, "bare-loop: %s\n", message), 3;
  while ((status = pcap_next_ex(capture, &header, &bytes)) == 1) {
    frames += 1;
    sum += header->caplen;
  }
  pcap_close(capture);
  printf("%llu frames, %llu bytes\n", frames, sum);
  return status == PCAP_ERROR ? 3 : 0;
}
