using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Activations kept from a run, by address.</summary>
public sealed class Recording(TokenBatch tokens) : IDisposable
{
    readonly Dictionary<Address, Tensor> _tensors = [];

    /// <summary>The prompts of the run.</summary>
    public TokenBatch Tokens => tokens;

    /// <summary>The model, where this is all its own: a whole run on the prompts without interventions; else null.</summary>
    internal Model? PlainRunOf { get; private set; }

    /// <summary>What was kept, in the order of the forward pass.</summary>
    public IEnumerable<Address> Addresses => _tensors.Keys;

    /// <summary>The whole activation that an address is part of.</summary>
    /// <exception cref="InputException">It was not recorded.</exception>
    public Tensor this[Address address] => _tensors.TryGetValue(address.Whole, out Tensor? tensor)
        ? tensor
        : throw new InputException($"{address.Whole} was not recorded on this run: add it to the plan's record");

    /// <summary>Whether the activation was kept.</summary>
    public bool Contains(Address address) => _tensors.ContainsKey(address.Whole);

    /// <summary>Puts an activation in; the recording takes it over.</summary>
    public void Set(Address address, Tensor tensor)
    {
        if (_tensors.Remove(address.Whole, out Tensor? old))
            old.Dispose();
        _tensors[address.Whole] = tensor;
        PlainRunOf = null;
    }

    /// <summary>Says of which model this is a whole run without interventions, until something else is put in.</summary>
    internal Recording AsPlainRunOf(Model model)
    {
        PlainRunOf = model;
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
        _tensors.Clear();
    }
}
