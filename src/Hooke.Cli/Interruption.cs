using System.Runtime.InteropServices;

namespace Hooke.Cli;

/// <summary>Ctrl+C, or being asked to end, as a token: work that can be resumed stops in order.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _signals;

    /// <summary>Listens from now on.</summary>
    public Interruption() => _signals = [Listen(PosixSignal.SIGINT), Listen(PosixSignal.SIGTERM)];

    /// <summary>Cancelled once the program is asked to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    PosixSignalRegistration Listen(PosixSignal signal) => PosixSignalRegistration.Create(signal, asked =>
    {
        asked.Cancel = true; // the end of the process, not of the work
        _source.Cancel();
    });
}
