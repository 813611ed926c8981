using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A run that is remembered until it is disposed, so that gradients can be had of it as often as wanted.</summary>
/// <remarks>To be used and disposed on the thread that made it.</remarks>
public sealed class GradientRun : IDisposable
{
    readonly Tape _tape;

    internal GradientRun(Tape tape, Run run) => (_tape, Run) = (tape, run);

    /// <summary>Logits and what was recorded; disposed with this.</summary>
    public Run Run { get; }

    /// <summary>Gradients of Σ seed · logits with respect to everything that was recorded.</summary>
    /// <param name="seed">The weight of every logit, of the logits' shape.</param>
    /// <param name="constant">Recorded activations that are held constant: no gradient goes on through them.</param>
    /// <exception cref="InputException">One that is to be held constant was not recorded.</exception>
    public Recording Gradients(Tensor seed, params IReadOnlyList<Address> constant)
    {
        Address[] addresses = [.. Run.Recording.Addresses];
        Tensor[] gradients = _tape.Gradients(
            Run.Logits, seed, [.. addresses.Select(a => Run[a])], [.. constant.Select(a => Run[a])]);
        Recording recording = new(Run.Tokens);
        for (int i = 0; i < addresses.Length; i++)
            recording.Set(addresses[i], gradients[i]);
        return recording;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tape.Dispose();
        Run.Dispose();
    }
}
